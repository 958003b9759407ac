"""Is a pod still there? Everything that is taken from another pod asks here first."""

from __future__ import annotations

from enum import Enum, auto
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


class Fate(Enum):
    """What the API server knows of a pod."""

    UNKNOWN = auto()
    """It is there, or nobody can tell."""

    ENDED = auto()
    """Its kubelet says that its containers have ended."""

    ABSENT = auto()
    """It is not there. Deleted by force, its processes may live on where its node is cut off:
    https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/"""


def fate_of(client: Client, pod: PodRef) -> Fate:
    """What became of this very pod."""
    if not pod.uid or not pod.name:
        return Fate.UNKNOWN
    try:
        raw = client.find(POD, ObjectKey(pod.namespace, pod.name))
    except ClusterError:
        return Fate.UNKNOWN
    if raw is None or raw["metadata"].get("uid") != pod.uid:
        return Fate.ABSENT
    ended = (raw.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return Fate.ENDED if ended else Fate.UNKNOWN


def is_proven_gone(client: Client, pod: PodRef) -> bool:
    """Whether this very pod can tell the API server nothing more. False when nobody knows."""
    return fate_of(client, pod) is not Fate.UNKNOWN
