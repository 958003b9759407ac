"""Command lines and configuration files of what runs on the node, as values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import programs
from .control_plane import ControlPlane
from .keys import Keys
from .s3 import S3Command, S3Ports

if TYPE_CHECKING:
    from pathlib import Path

    from .instance import Instance

NODE = "node"
PAUSE_IMAGE = "kubestash.test/pause:1"


@dataclass(frozen=True)
class Node:
    """Everything that runs on the one node, control plane included."""

    instance: Instance

    @property
    def plane(self) -> ControlPlane:
        return ControlPlane(
            program=programs.KUBERNETES.path,
            folder=self.folder,
            keys=Keys(self.folder / "keys"),
            address=self.instance.node_address,
            service_addresses=self.instance.service_addresses,
            audit_log=self.instance.audit_log if self.instance.has_audit_log else None,
        )

    @property
    def folder(self) -> Path:
        return self.instance.folder

    @property
    def s3(self) -> S3Command:
        return S3Command(self.folder / "s3", S3Ports.of_slot(self.instance.slot))

    def commands(self) -> dict[str, list[str]]:
        """Name → command line of all that is kept running."""
        plane = self.plane
        s3 = {"s3": self.s3.serve()} if self.instance.has_s3 else {}
        return s3 | {
            "etcd": plane.etcd(),
            "api-server": plane.api_server(),
            "containerd": ["containerd", f"--config={self.folder / 'containerd.toml'}"],
            "controller-manager": plane.controller_manager(),
            "scheduler": plane.scheduler(),
            "kubelet": self._kubelet(),
            "proxy": self._proxy(),
            "dns": [str(programs.DNS.path), f"-conf={self.folder / 'Corefile'}"],
        }

    def files(self) -> dict[str, str]:
        """File name → content of all that these commands read."""
        return {
            "containerd.toml": self._containerd_configuration(),
            "network/10-pods.conflist": json.dumps(self._pod_network()),
            "kubelet.json": json.dumps(self._kubelet_configuration()),
            "Corefile": self._dns_configuration(),
        }

    def _kubelet(self) -> list[str]:
        return [
            *(str(programs.KUBERNETES.path), "kubelet"),
            f"--config={self.folder / 'kubelet.json'}",
            f"--kubeconfig={self.plane.kubeconfig('node')}",
            f"--hostname-override={NODE}",
            f"--root-dir={self.folder / 'kubelet'}",
            f"--cert-dir={self.folder / 'keys' / 'kubelet'}",
            f"--node-ip={self.instance.node_address}",
        ]

    def _proxy(self) -> list[str]:
        return [
            *(str(programs.KUBERNETES.path), "kube-proxy"),
            f"--kubeconfig={self.plane.kubeconfig('proxy')}",
            f"--hostname-override={NODE}",
            "--proxy-mode=iptables",
            f"--cluster-cidr={self.instance.pod_addresses}",
            # These sysctls belong to the machine, not to the network namespace.
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0",
        ]

    def _kubelet_configuration(self) -> dict[str, Any]:
        """https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/."""
        authority = str(self.plane.keys.certificate("ca"))
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": authority},
            },
            "authorization": {"mode": "Webhook"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self.instance.cgroup}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "containerRuntimeEndpoint": f"unix://{self.instance.runtime_socket}",
            "clusterDomain": "cluster.local",
            "clusterDNS": [self.instance.node_address],
            "resolvConf": "",
            "volumePluginDir": str(self.folder / "volume-plugins"),
            "syncFrequency": "5s",
            "nodeStatusUpdateFrequency": "2s",
            # A disk that is nearly full is the machine's business, not a reason to evict.
            "evictionHard": dict.fromkeys(
                ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available"),
                "0%",
            ),
            "imageGCHighThresholdPercent": 100,
        }

    def _containerd_configuration(self) -> str:
        folder = self.folder / "containerd"
        return f"""\
version = 2
root = "{folder / "root"}"
state = "{folder / "state"}"
[grpc]
  address = "{self.instance.runtime_socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder / "opt"}"
[plugins."io.containerd.grpc.v1.cri"]
  # Lowering it needs CAP_SYS_RESOURCE, which a machine in a container does not have.
  restrict_oom_score_adj = true
  sandbox_image = "{PAUSE_IMAGE}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{self.folder / "network"}"
"""

    def _pod_network(self) -> dict[str, Any]:
        """Each pod has a cable of its own to the node, so all its packets meet iptables.

        https://www.cni.dev/plugins/current/main/ptp/
        """
        addresses = {
            "type": "host-local",
            "dataDir": str(self.folder / "pod-addresses"),
            "ranges": [[{"subnet": self.instance.pod_addresses}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        }
        return {
            "cniVersion": "0.4.0",
            "name": "pods",
            "plugins": [
                {"type": "ptp", "ipMasq": False, "ipam": addresses},
                {"type": "portmap", "capabilities": {"portMappings": True}},
            ],
        }

    def _dns_configuration(self) -> str:
        return f"""\
.:53 {{
    bind {self.instance.node_address}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {self.plane.kubeconfig("admin")}
    }}
}}
"""
