"""One cluster's place on this machine: its folder, its addresses, its cgroup."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .paths import clusters_root

if TYPE_CHECKING:
    from pathlib import Path

_SLOTS = 100


@dataclass(frozen=True)
class Instance:
    """What follows from a name and a slot. Two clusters differ in both."""

    name: str
    slot: int
    """Chooses the addresses, so that several clusters can run at once."""

    has_audit_log: bool = False
    has_s3: bool = False
    """Whether an S3 server runs on the node, too."""

    @property
    def folder(self) -> Path:
        return clusters_root() / self.name

    @property
    def interface(self) -> str:
        """The machine's end of the cable to the node."""
        return f"kubestash{self.slot}"

    @property
    def host_address(self) -> str:
        """This machine, as the node and its pods see it."""
        return f"10.89.{self.slot}.1"

    @property
    def node_address(self) -> str:
        return f"10.89.{self.slot}.2"

    @property
    def pod_addresses(self) -> str:
        return f"10.88.{self.slot}.0/24"

    @property
    def service_addresses(self) -> str:
        return f"10.96.{self.slot}.0/24"

    @property
    def api_service_address(self) -> str:
        """The Service `kubernetes`: the first address of the range."""
        return f"10.96.{self.slot}.1"

    @property
    def cgroup(self) -> str:
        return f"kubestash-{self.name}"

    @property
    def host_process_file(self) -> Path:
        """The process outside the namespaces whose end is the end of everything inside."""
        return self.folder / "namespaces.json"

    @property
    def node_process_file(self) -> Path:
        """The first process inside the namespaces, with its id outside."""
        return self.folder / "node.json"

    @property
    def owner_file(self) -> Path:
        """The process that wants this cluster, when it is not meant to outlive it."""
        return self.folder / "owner.json"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "admin.kubeconfig"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def audit_log(self) -> Path:
        return self.logs / "audit.jsonl"

    @property
    def runtime_socket(self) -> Path:
        return self.folder / "containerd.sock"

    @property
    def volumes(self) -> Path:
        """The folders behind the volumes of the class `standard`."""
        return self.folder / "volumes"

    def save(self) -> None:
        """Write it down whole or not at all: a start may be killed here, too."""
        self.folder.mkdir(mode=0o711, parents=True)
        temporary = self.folder / "instance.new"
        temporary.write_text(json.dumps(asdict(self)))
        temporary.replace(self.folder / "instance.json")

    @classmethod
    def load(cls, folder: Path) -> Instance:
        """Read what `save` has written. Raises FileNotFoundError or ValueError."""
        return cls(**json.loads((folder / "instance.json").read_text()))

    @classmethod
    def new(cls, name: str, *, has_audit_log: bool = False, has_s3: bool = False) -> Instance:
        """The name with a slot that no interface and no other cluster of this machine has."""
        taken = {other.slot for other in existing()}
        links = subprocess.run(
            ["ip", "-o", "address"], capture_output=True, text=True, check=True
        ).stdout
        free = (
            slot for slot in range(_SLOTS) if slot not in taken and f"10.89.{slot}.1/" not in links
        )
        return cls(name, next(free), has_audit_log, has_s3)


def existing() -> list[Instance]:
    """All clusters that have a folder, running or not."""
    return [Instance.load(file.parent) for file in sorted(clusters_root().glob("*/instance.json"))]
