"""A cluster that somebody else runs (kind, minikube): the same tests run on it.

KUBECONFIG names it, and IMAGE_LOAD is the command that makes an image archive known to its nodes,
for example `kind load image-archive`; the archive's name is appended.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .kubectl import Kubectl
from .needs import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ExternalCluster:
    kubeconfig: Path
    load_command: tuple[str, ...]
    host_address: str
    """Where its pods reach what listens on this machine."""

    @property
    def kubectl(self) -> Kubectl:
        if (program := shutil.which("kubectl")) is None:
            raise Missing("There is no kubectl in PATH for the cluster that KUBECONFIG names.")
        return Kubectl(Path(program), self.kubeconfig)

    def load(self, archive: Path) -> None:
        """Make the images of an archive known to its nodes."""
        subprocess.run([*self.load_command, str(archive)], check=True, stdin=subprocess.DEVNULL)


def from_environment(environment: Mapping[str, str] = os.environ) -> ExternalCluster | None:
    """The cluster that KUBECONFIG and IMAGE_LOAD name.

    None unless both are set: KUBECONFIG alone is often set for daily work, and tests must not
    find their way to such a cluster by accident. TEST_HOST_ADDRESS says how pods reach this
    machine, when it is not the address of the default route.
    """
    if not environment.get("KUBECONFIG") or not environment.get("IMAGE_LOAD"):
        return None
    return ExternalCluster(
        kubeconfig=Path(environment["KUBECONFIG"]),
        load_command=tuple(shlex.split(environment["IMAGE_LOAD"])),
        host_address=environment.get("TEST_HOST_ADDRESS") or address_of_default_route(),
    )


def address_of_default_route() -> str:
    """This machine's address in its network. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # An address for documentation, RFC 5737: nobody is there, but there is a route.
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
