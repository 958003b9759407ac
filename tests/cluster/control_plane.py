"""The command lines of etcd and the control plane, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .paths import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from .keys import Keys

AUDIT_POLICY = SOURCES / "audit-policy.yaml"


@dataclass(frozen=True)
class Ports:
    api_server: int = 6443
    etcd: int = 2379
    etcd_peers: int = 2380
    controller_manager: int = 10257


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """What etcd, the API server, the controller manager and the scheduler are started with."""

    program: Path
    """The binary that has them all."""

    folder: Path
    keys: Keys
    address: str
    """Where the API server is reached, by pods too."""

    service_addresses: str
    ports: Ports = Ports()
    audit_log: Path | None = None
    has_node: bool = True
    controllers: str = "*"
    """Which of the controller manager's, as its flag of that name has them."""

    @property
    def server(self) -> str:
        return f"https://{self.address}:{self.ports.api_server}"

    def kubeconfig(self, user: str) -> Path:
        return self.folder / f"{user}.kubeconfig"

    def etcd(self) -> list[str]:
        client = f"http://127.0.0.1:{self.ports.etcd}"
        peers = f"http://127.0.0.1:{self.ports.etcd_peers}"
        return [
            *(str(self.program), "etcd"),
            f"--data-dir={self.folder / 'etcd'}",
            # A test cluster is thrown away, so nothing has to survive a power cut.
            "--unsafe-no-fsync",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        ]

    def api_server(self) -> list[str]:
        key = self.keys.service_account_key
        return [
            *(str(self.program), "kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{self.ports.etcd}",
            f"--advertise-address={self.address}",
            f"--bind-address={'0.0.0.0' if self.has_node else self.address}",
            f"--secure-port={self.ports.api_server}",
            f"--tls-cert-file={self.keys.certificate('api-server')}",
            f"--tls-private-key-file={self.keys.key('api-server')}",
            f"--client-ca-file={self.keys.certificate('ca')}",
            "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            f"--service-cluster-ip-range={self.service_addresses}",
            "--allow-privileged=true",
            *self._node_flags(),
            *self._audit_flags(),
        ]

    def controller_manager(self) -> list[str]:
        return [
            *(str(self.program), "kube-controller-manager"),
            f"--kubeconfig={self.kubeconfig('controller-manager')}",
            f"--service-account-private-key-file={self.keys.service_account_key}",
            f"--root-ca-file={self.keys.certificate('ca')}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            f"--controllers={self.controllers}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.ports.controller_manager}",
            # Claims of the class `standard` become folders of the node, with no more software.
            "--enable-hostpath-provisioner=true",
            f"--flex-volume-plugin-dir={self.folder / 'volume-plugins'}",
        ]

    def scheduler(self) -> list[str]:
        return [
            *(str(self.program), "kube-scheduler"),
            f"--kubeconfig={self.kubeconfig('scheduler')}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
        ]

    def _node_flags(self) -> list[str]:
        if not self.has_node:
            # The Service `kubernetes` needs an address that is not loopback; nobody asks for it.
            return ["--endpoint-reconciler-type=none"]
        return [
            f"--kubelet-client-certificate={self.keys.certificate('admin')}",
            f"--kubelet-client-key={self.keys.key('admin')}",
            "--kubelet-preferred-address-types=InternalIP",
        ]

    def _audit_flags(self) -> list[str]:
        if self.audit_log is None:
            return []
        return [
            f"--audit-policy-file={AUDIT_POLICY}",
            f"--audit-log-path={self.audit_log}",
            # Unless told otherwise it starts a new file after 100 MB, and readers miss the old one.
            "--audit-log-maxsize=10000",
        ]
