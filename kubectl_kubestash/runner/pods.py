"""Is a pod still there? Everything that is taken from another pod asks here first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import POD, ObjectKey
from ..errors import ClusterError

if TYPE_CHECKING:
    from ..kube.client import Client


class PodRef(NamedTuple):
    """One pod, told from a namesake by its uid."""

    namespace: str
    name: str
    uid: str


def is_proven_gone(client: Client, pod: PodRef) -> bool:
    """Whether this very pod has ended or is not there. False when nobody can tell."""
    if not pod.uid or not pod.name:
        return False
    try:
        raw = client.find(POD, ObjectKey(pod.namespace, pod.name))
    except ClusterError:
        return False
    if raw is None or raw["metadata"].get("uid") != pod.uid:
        return True
    return (raw.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
