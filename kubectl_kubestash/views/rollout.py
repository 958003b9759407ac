"""How far is a Deployment, and what stands in its way?

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Raw = dict[str, Any]

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_NO_IMAGE = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"}
_NO_CONTAINER = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}


class Trouble(NamedTuple):
    """Why it does not come up."""

    kind: str
    """`image`, `crash`, `refused` (quota, security), `unschedulable`, or `other`."""

    message: str
    pod: str = ""
    """Whose log tells more; empty when none does."""


class Rollout(NamedTuple):
    """Where it is."""

    is_done: bool
    says: str
    trouble: Trouble | None = None


def rollout(deployment: Raw, replica_sets: Sequence[Raw], pods: Sequence[Raw]) -> Rollout:
    """The state from the Deployment, its ReplicaSets and its Pods, those of old ones included."""
    spec, status = deployment.get("spec") or {}, deployment.get("status") or {}
    wanted = int(spec.get("replicas", 1))
    if status.get("observedGeneration", 0) < deployment["metadata"].get("generation", 0):
        return Rollout(False, "waiting for the deployment controller")
    updated, ready = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    there = status.get("replicas", 0)
    if updated == ready == there == wanted:
        return Rollout(True, f"{ready} of {wanted} replicas are ready")
    newest = _newest(replica_sets)
    says = f"{min(updated, wanted)} of {wanted} replicas are new, {ready} ready"
    return Rollout(False, says, next(_troubles(deployment, newest, pods), None))


def _newest(replica_sets: Sequence[Raw]) -> Raw:
    def revision(each: Raw) -> int:
        text = (each["metadata"].get("annotations") or {}).get(_REVISION, "0")
        return int(text) if text.isdecimal() else 0

    return max(replica_sets, key=revision, default={})


def _troubles(deployment: Raw, newest: Raw, pods: Sequence[Raw]) -> Iterator[Trouble]:
    """The most telling first."""
    wanted = ((newest.get("metadata") or {}).get("labels") or {}).get(_HASH)
    for pod in pods:
        if wanted and (pod["metadata"].get("labels") or {}).get(_HASH) == wanted:
            yield from _of_pod(pod)
    for entry in (newest.get("status") or {}).get("conditions") or ():
        if entry["type"] == "ReplicaFailure" and entry["status"] == "True":
            yield Trouble("refused", str(entry.get("message", "")))
    for entry in (deployment.get("status") or {}).get("conditions") or ():
        if entry["type"] == "Progressing" and entry["status"] == "False":
            yield Trouble("other", str(entry.get("message", "")))


def _of_pod(pod: Raw) -> Iterator[Trouble]:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    for entry in status.get("containerStatuses") or ():
        waiting = (entry.get("state") or {}).get("waiting") or {}
        reason, message = waiting.get("reason", ""), waiting.get("message", "")
        if reason in _NO_IMAGE:
            yield Trouble("image", f"image {entry['image']} cannot be pulled: {message or reason}")
        elif reason in _NO_CONTAINER:
            yield Trouble("other", f"pod {name}: {reason}: {message}")
        elif reason == "CrashLoopBackOff" or entry.get("restartCount", 0) > 1:
            ended = (entry.get("lastState") or {}).get("terminated") or {}
            how = f"{ended.get('reason', 'Error')}, exit code {ended.get('exitCode', '?')}"
            yield Trouble("crash", f"pod {name} ends again and again ({how})", name)
    for entry in status.get("conditions") or ():
        if entry["type"] == "PodScheduled" and entry["status"] == "False":
            yield Trouble("unschedulable", f"pod {name}: {entry.get('message', '')}")
