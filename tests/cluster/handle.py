"""What a test that needs a node is given, whoever has started the cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from .kubectl import Kubectl


class AnyCluster(Protocol):
    """What a cluster of our own and one of somebody else have in common."""

    @property
    def kubeconfig(self) -> Path: ...

    @property
    def host_address(self) -> str: ...

    @property
    def kubectl(self) -> Kubectl: ...

    def load(self, archive: Path) -> None: ...


@dataclass(frozen=True)
class Cluster:
    """A running cluster, and the namespaces that tests have asked it for."""

    behind: AnyCluster
    _namespaces: list[str] = field(default_factory=list)

    @property
    def kubeconfig(self) -> Path:
        """A login that may do everything."""
        return self.behind.kubeconfig

    @property
    def host_address(self) -> str:
        """Where pods reach what listens on this machine."""
        return self.behind.host_address

    @property
    def kubectl(self) -> Kubectl:
        """`cluster.kubectl("get", "pods")` returns stdout, or raises KubectlFailed."""
        return self.behind.kubectl

    def load(self, archive: Path) -> None:
        """Make the images of an archive known to the nodes."""
        self.behind.load(archive)

    def namespace(self, prefix: str = "test") -> str:
        """Make a namespace that nobody else uses, ready for pods; returns its name."""
        made = f"apiVersion: v1\nkind: Namespace\nmetadata: {{generateName: {prefix}-}}\n"
        answer = self.kubectl("create", "-f", "-", "-o", "name", stdin=made)
        name = answer.strip().removeprefix("namespace/")
        self._namespaces.append(name)
        self.kubectl.wait_for("-n", name, "get", "serviceaccount", "default", within=60)
        return name

    def remove_namespace(self, name: str) -> None:
        """Ask for the deletion of a namespace; does not wait for it."""
        self._namespaces.remove(name)
        self.kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")

    def remove_namespaces(self) -> None:
        """Ask for the deletion of all namespaces made here; does not wait for it."""
        for name in list(self._namespaces):
            self.remove_namespace(name)
