"""Makes a component ours before anything is written for it.

A Job may start two pods for one completion
(https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures).
The claim is a patch with a resourceVersion precondition, so exactly one of them gets it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import Conflict, UsageError
from .pods import PodRef, is_proven_gone

if TYPE_CHECKING:
    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Client, Object
    from .surroundings import Pod

FINAL = frozenset({"Succeeded", "Failed"})
_TRIES = 20


class Standing(Enum):
    """What came of a claim."""

    MINE = "mine"
    """Go ahead."""

    TAKEN_OVER = "taken over"
    """Go ahead; a pod that is gone has been at it before."""

    DONE = "done"
    """The component has a result already."""

    FOREIGN = "foreign"
    """Another pod works on it."""

    @property
    def is_ours(self) -> bool:
        """Whether we may write."""
        return self in {Standing.MINE, Standing.TAKEN_OVER}


class Claim(NamedTuple):
    """How a component stands to us."""

    standing: Standing
    former: tuple[PodRef, ...] = ()
    """The pod that it was taken over from, which is gone."""


def claim(
    client: Client, resource: Resource, key: ObjectKey, component: str, *, pod: Pod, extra: Object
) -> Claim:
    """Claim a component of a Snapshot or RestoreSession; `extra` fields are written with it.

    Raises UsageError for a pod without a uid, Conflict when others write the object without end,
    and the errors of the client.
    """
    if not pod.uid:
        raise UsageError("POD_UID is not set: without it two pods could work on one component.")
    for _ in range(_TRIES):
        raw = client.get(resource, key)
        recorded = _component(raw, component)
        found = _stand(client, recorded, pod, key.namespace)
        if not found.standing.is_ours:
            return found
        fields = {
            "phase": "Running",
            "claim": {"pod": pod.name, "uid": pod.uid, "node": pod.node},
            **extra,
        }
        try:
            client.patch(
                resource,
                key,
                {"status": {"components": {component: fields}}},
                subresource="status",
                resource_version=raw["metadata"]["resourceVersion"],
            )
        except Conflict:
            continue
        return found
    raise Conflict(f"{resource.kind} {key} is changed by others all the time.", code=409)


def _component(raw: Object, component: str) -> dict[str, Any]:
    found: dict[str, Any] = ((raw.get("status") or {}).get("components") or {}).get(component) or {}
    return found


def _stand(client: Client, recorded: dict[str, Any], pod: Pod, namespace: str) -> Claim:
    if recorded.get("phase") in FINAL:
        return Claim(Standing.DONE)
    holder = recorded.get("claim") or {}
    if not holder.get("uid") or holder["uid"] == pod.uid:
        return Claim(Standing.MINE)
    other = PodRef(pod.namespace or namespace, str(holder.get("pod", "")), str(holder["uid"]))
    if is_proven_gone(client, other):
        return Claim(Standing.TAKEN_OVER, (other,))
    return Claim(Standing.FOREIGN)
