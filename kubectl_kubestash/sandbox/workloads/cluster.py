"""What a controller sees of the cluster, and how it makes and removes what belongs to an object."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ...api.resources import POD, Resource
from ...errors import NotFound
from ...kube.store import key_of, version_of
from ..moment import now, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ...kube.client import Client
    from ...kube.informer import Informer

Object = dict[str, Any]
REPLICA_SET = Resource("apps", "v1", "ReplicaSet", "replicasets", True, ("rs",), has_status=True)
STATEFUL_SET = Resource("apps", "v1", "StatefulSet", "statefulsets", True, ("sts",), (), True)
DAEMON_SET = Resource("apps", "v1", "DaemonSet", "daemonsets", True, ("ds",), (), True)
FINAL = ("Succeeded", "Failed")


class Cluster:
    """Reads from memory, writes to the server."""

    def __init__(
        self, client: Client, folder: Path, informers: Mapping[Resource, Informer]
    ) -> None:
        self.client, self.folder = client, folder
        self._informers = informers

    def items(self, resource: Resource) -> list[Object]:
        """All objects of a kind."""
        return self._informers[resource].items()

    def owned(self, resource: Resource, owner: Object, *, live: bool = False) -> list[Object]:
        """What belongs to an object.

        What it lacks is only made after a look at the server itself, `live`: what was made a moment
        ago may not have been heard of.
        """
        uid = owner["metadata"]["uid"]
        if not live:
            return self._informers[resource].by_index("owner", uid)
        found = self.client.list(resource, owner["metadata"]["namespace"])
        return [each for each in found if uid in owners(each)]

    def delete(self, resource: Resource, objects: Iterable[Object]) -> None:
        """Remove these, where they are not on their way already."""
        for each in objects:
            if not each["metadata"].get("deletionTimestamp"):
                with suppress(NotFound):
                    self.client.delete(resource, key_of(each), uid=each["metadata"]["uid"])

    def record(self, resource: Resource, item: Object, status: Object) -> None:
        """Write the status where it differs. Raises Conflict when the object has changed."""
        before = item.get("status") or {}
        # The server does not keep what is nothing.
        if any((before.get(name) or None) != (value or None) for name, value in status.items()):
            self.client.patch(
                resource,
                key_of(item),
                {"status": status},
                subresource="status",
                resource_version=version_of(item),
            )

    def create_pod(self, owner: Object, template: Object, name: str = "", **more: Any) -> None:
        """A pod of an object from its template; with more labels, and `spec` for its spec."""
        spec = {**template["spec"], **more.pop("spec", {})}
        given = template.get("metadata") or {}  # a name in it is no pod's
        metadata = {"annotations": given.get("annotations") or {}}
        metadata["namespace"] = owner["metadata"]["namespace"]
        called = {"name": name} if name else {"generateName": f"{owner['metadata']['name']}-"}
        metadata["labels"] = {**(given.get("labels") or {}), **more}
        metadata["ownerReferences"] = [owner_reference(owner)]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata | called, "spec": spec}
        self.client.create(POD, pod)


def owners(item: Object) -> list[str]:
    """The uids of those an object belongs to."""
    return [each["uid"] for each in item["metadata"].get("ownerReferences") or ()]


def owner_reference(owner: Object) -> Object:
    """That an object belongs to this one, which looks after it."""
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def template_hash(template: Object) -> str:
    """Another one for each template."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def phase(pod: Object) -> str:
    """Of a pod, or a claim."""
    return str((pod.get("status") or {}).get("phase") or "Pending")


def is_active(pod: Object) -> bool:
    """Whether it runs or will run, and nobody has asked for its end."""
    return phase(pod) not in FINAL and not pod["metadata"].get("deletionTimestamp")


def is_ready(pod: Object) -> bool:
    """Whether it is active, and says that it is ready."""
    entries = (pod.get("status") or {}).get("conditions") or ()
    return is_active(pod) and any(
        each["type"] == "Ready" and each["status"] == "True" for each in entries
    )


def failed_lately(pods: list[Object], at: datetime) -> bool:
    """Whether to wait before the next pod, which may fail like those before: longer each time."""
    failed = [pod for pod in pods if phase(pod) == "Failed"]
    last = max((str(pod["metadata"]["creationTimestamp"]) for pod in failed), default=None)
    since = time_of(last)
    pause = timedelta(seconds=min(300, 5 * 2.0 ** len(failed)))
    return since is not None and at < since + pause


def with_condition(
    entries: list[Object], kind: str, *, reason: str, message: str, holds: bool = True
) -> list[Object]:
    """The conditions with this one, which keeps its time while its status stays."""
    status, moment = ("True" if holds else "False"), now()
    old = next((each for each in entries if each["type"] == kind), {})
    entry = {"type": kind, "status": status, "reason": reason, "message": message}
    if old.get("status") == status:
        moment = old.get("lastTransitionTime", moment)
    entry["lastTransitionTime"] = moment
    return [*(each for each in entries if each["type"] != kind), entry]
