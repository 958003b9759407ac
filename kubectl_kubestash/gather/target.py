"""Is the application there that is backed up, or restored to?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..api.resources import (
    APP_BINDING,
    DEPLOYMENT,
    NAMESPACE,
    PERSISTENT_VOLUME_CLAIM,
    ObjectKey,
    Resource,
)
from ..errors import NotFound

if TYPE_CHECKING:
    from ..api.meta import TypedObjectReference
    from ..kube.client import Object

NO_TARGET = "na"
"""Name of the application of a backup that has no single target."""

STATEFUL_SET = Resource("apps", "v1", "StatefulSet", "statefulsets")
DAEMON_SET = Resource("apps", "v1", "DaemonSet", "daemonsets")

_KNOWN = {
    (resource.group, resource.kind): resource
    for resource in (
        PERSISTENT_VOLUME_CLAIM,
        NAMESPACE,
        APP_BINDING,
        DEPLOYMENT,
        STATEFUL_SET,
        DAEMON_SET,
    )
}


class Looking(Protocol):
    """What of `kube.client.Client` is needed here."""

    def find_metadata(self, resource: Resource, key: ObjectKey) -> Object | None:
        """Only the metadata of one object, or None."""

    def read(self, path: str) -> Any:
        """What the server answers at a path. Raises NotFound."""


def target_exists(client: Looking, target: TypedObjectReference | None, home: str) -> bool:
    """Whether the target is there. No target at all is always there."""
    if target is None or target.name == NO_TARGET:
        return True
    group, kind = target.api_group or "", target.kind or ""
    resource = _KNOWN.get((group, kind)) or _discover(client, group, kind)
    if resource is None:
        return False
    key = target.key(home) if resource.namespaced else ObjectKey("", target.name)
    return client.find_metadata(resource, key) is not None


def _discover(client: Looking, group: str, kind: str) -> Resource | None:
    """The address of a kind that we do not know, from the API server's own list."""
    try:
        if group:
            version = client.read(f"/apis/{group}")["preferredVersion"]["version"]
            served = client.read(f"/apis/{group}/{version}")["resources"]
        else:
            version, served = "v1", client.read("/api/v1")["resources"]
    except NotFound:
        return None
    for entry in served:
        if entry["kind"] == kind and "/" not in entry["name"]:
            return Resource(group, version, kind, entry["name"], bool(entry["namespaced"]))
    return None
