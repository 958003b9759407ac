"""A control plane without a node: etcd, the API server and the controller manager. No root needed.

Objects can be written, watched and garbage collected; no pod ever runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import kubeconfig, programs
from .control_plane import ControlPlane, Ports
from .free_ports import free_ports
from .keys import Keys
from .kubectl import Kubectl
from .needs import KEYS_PACKAGES, require_programs
from .process import start, stop

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

_ADDRESS = "127.0.0.1"


@dataclass
class ApiServer:
    """Started by `up()`; everything it writes is in `folder`, its processes die with this one."""

    folder: Path
    controllers: str = "*"
    """Which of the controller manager's run."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        binary = programs.KUBERNETES.ensure()
        self.keys = Keys(self.folder / "keys")
        self._plane = ControlPlane(
            program=binary,
            folder=self.folder,
            keys=self.keys,
            address=_ADDRESS,
            service_addresses="10.96.0.0/24",
            ports=Ports(*free_ports(4)),
            audit_log=self.audit_log,
            has_node=False,
            controllers=self.controllers,
        )
        self.kubectl = Kubectl(binary.with_name("kubectl"), self.kubeconfig)

    @property
    def kubeconfig(self) -> Path:
        """A login that may do everything."""
        return self.folder / "admin.kubeconfig"

    @property
    def audit_log(self) -> Path:
        """One line of JSON for each request: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/."""
        return self.folder / "audit.log"

    def up(self, *, within: float = 120) -> None:
        """Start it and wait until it answers and namespaces are usable."""
        require_programs(KEYS_PACKAGES)
        self.keys.make(api_server_names=[f"IP:{_ADDRESS}", "DNS:localhost"], node="none")
        for user in ("admin", "controller-manager"):
            kubeconfig.write(
                self._plane.kubeconfig(user),
                server=self._plane.server,
                keys=self.keys,
                user=user,
                context="kubestash-api-server",
            )
        self._start("etcd", self._plane.etcd())
        self.start_api_server(within=within)
        self._start("controller-manager", self._plane.controller_manager())
        self.kubectl.wait_for("get", "serviceaccount", "default", within=within)

    def start_api_server(self, *, within: float = 120) -> None:
        """Start the API server alone and wait until it is ready."""
        self._start("api-server", self._plane.api_server())
        self.kubectl.wait_for("get", "--raw=/readyz", within=within)

    def stop_api_server(self) -> None:
        """End the API server alone, at once: for tests of what its clients do then."""
        process = self.processes.pop("api-server")
        process.kill()
        process.wait()

    def down(self) -> None:
        """End everything. The folder stays."""
        for name in reversed(list(self.processes)):
            process = self.processes.pop(name)
            process.kill()  # nothing here is kept, and the API server takes its time to say goodbye
            stop(process)

    def _start(self, name: str, argv: list[str]) -> None:
        self.processes[name] = start(argv, log=self.folder / f"{name}.log")
