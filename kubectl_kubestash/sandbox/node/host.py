"""What pods need of the cluster around them, as their node has it."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...api.resources import EVENT, POD, SERVICE_ACCOUNT, ObjectKey, Resource
from ...errors import ClusterError, Conflict, NotFound
from ...kube import request as plan
from ..moment import now
from .environment import ADDRESS, NotYet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...kube.client import Client, Object

NAME = "sandbox"
SERVICE = Resource("", "v1", "Service", "services", True, ("svc",), has_status=True)
LABELS = {"kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux"}
_LOG = logging.getLogger(__name__)
_TOKEN_LIFE = 365 * 24 * 3600


class Host:
    """The node `sandbox`, as its pods see it. Used by all of their threads."""

    def __init__(self, client: Client, root: Path, images: Mapping[str, Sequence[str]]) -> None:
        self.client = client
        self.root = root
        self.programs = root / "programs"
        self.is_stopping = threading.Event()
        self._images = images
        server = urlsplit(client.login.server)
        self.server_variables = {
            "KUBERNETES_SERVICE_HOST": server.hostname or ADDRESS,
            "KUBERNETES_SERVICE_PORT": str(server.port or 443),
            "KUBERNETES_SERVICE_PORT_HTTPS": str(server.port or 443),
        }

    def folder(self, pod: Object) -> Path:
        """Logs and volumes of a pod."""
        metadata = pod["metadata"]
        return self.root / "pods" / f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"

    def entry_point(self, image: str) -> Sequence[str] | None:
        """What an image of ours starts; None for all others. `name:tag` stands for Docker Hub's."""
        full = image if "." in image.partition("/")[0] else f"docker.io/library/{image}"
        return self._images.get(image) or self._images.get(full)

    def schedule(self, pod: Object) -> Object:
        """The pod, given to this node, whichever it wants: there is no other."""
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        binding = Resource("", "v1", "Binding", f"pods/{name}/binding")
        target = {"apiVersion": "v1", "kind": "Node", "name": NAME}
        metadata = {"namespace": namespace, "name": name}
        body = {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}
        with suppress(Conflict):
            self.client.review(binding, body)
        return {**pod, "spec": {**pod["spec"], "nodeName": NAME}}

    def remove(self, pod: Object) -> None:
        """The last word about a pod that is being deleted: nothing of it runs any more."""
        metadata = pod["metadata"]
        key = ObjectKey(metadata["namespace"], metadata["name"])
        asked = plan.delete(POD, key, uid=metadata["uid"], propagation="Background", dry_run=False)
        self.client.transport.send(
            asked._replace(body={**(asked.body or {}), "gracePeriodSeconds": 0})
        )

    def token(self, pod: Object) -> str:
        """By which a program in the pod reaches the API server. Raises NotYet."""
        namespace = pod["metadata"]["namespace"]
        name = pod["spec"].get("serviceAccountName") or "default"
        tokens = Resource("", "v1", "TokenRequest", f"{SERVICE_ACCOUNT.plural}/{name}/token")
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "metadata": {"namespace": namespace},
            "spec": {"audiences": [], "expirationSeconds": _TOKEN_LIFE},
        }
        try:
            return str(self.client.review(tokens, body)["status"]["token"])
        except NotFound:
            message = f'serviceaccount "{namespace}/{name}" not found'
            raise NotYet("ContainerCreating", message) from None

    def write_hosts(self, pod: Object) -> Path:
        """The pod's /etc/hosts, where all Services that are there now are on this machine."""
        home = pod["metadata"]["namespace"]
        names = {"localhost", pod["spec"].get("hostname") or pod["metadata"]["name"]}
        for service in self.client.list(SERVICE):
            name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
            short = f"{name}.{namespace}"
            names |= {short, f"{short}.svc", f"{short}.svc.cluster.local"}
            names |= {name} if namespace == home else set()
        path = self.folder(pod) / "hosts"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{ADDRESS} {name}\n" for name in sorted(names)))
        return path

    def warn(self, pod: Object, *, reason: str, message: str) -> None:
        """A Warning about the pod, as `kubectl describe` shows it; losing one does no harm."""
        metadata = pod["metadata"]
        subject = {key: metadata[key] for key in ("namespace", "name", "uid")}
        name = {"namespace": metadata["namespace"], "generateName": f"{metadata['name']}."}
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": name,
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", **subject},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "source": {"component": "kubelet", "host": NAME},
            "firstTimestamp": now(),
            "lastTimestamp": now(),
            "count": 1,
        }
        try:
            self.client.create(EVENT, event)
        except ClusterError as error:
            _LOG.warning("%s: %s: %s", metadata["name"], reason, error)
