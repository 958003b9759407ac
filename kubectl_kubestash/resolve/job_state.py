"""How far has a Job come, and what is in its way?

Read from the Job and its Pods as they are. The Job's own condition is not enough: it stays away
while a Pod waits for an image or a volume, when the node is lost, or when a container that somebody
injected goes on running (https://kubernetes.io/docs/concepts/workloads/controllers/job/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Object = Mapping[str, Any]

PENDING, RUNNING, SUCCEEDED, FAILED = "Pending", "Running", "Succeeded", "Failed"
IMAGE_REASONS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}
)
LOST_AFTER = timedelta(minutes=2)
"""A node may be silent this long, a Pod may take this long to go, before it counts as lost."""


@dataclass(frozen=True, kw_only=True)
class JobState:
    """One Job as it is now."""

    name: str
    namespace: str
    component: str = ""
    """Value of COMPONENT_NAME; empty for a task that runs once."""
    phase: str
    reason: str = ""
    """Why it waits or failed, as one sentence without a full stop."""
    waiting_since: datetime | None = None
    """Set while no container of it has started."""
    missing_image: str = ""
    """The image that cannot be pulled."""
    messages: tuple[str, ...] = ()
    """Termination messages of its containers, those of the newest Pod first."""
    pod_uids: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.phase in {SUCCEEDED, FAILED}


def job_state(job: Object, pods: Sequence[Object], *, now: datetime) -> JobState:
    """The state of this Job, whose Pods are among `pods`."""
    mine = sorted(
        (pod for pod in pods if _belongs(pod, job)),
        key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")),
        reverse=True,
    )
    phase, reason = _phase(job, mine, now)
    waiting = _waiting_since(job, mine) if phase == PENDING else None
    return JobState(
        name=job["metadata"]["name"],
        namespace=job["metadata"].get("namespace", ""),
        component=_component(job),
        phase=phase,
        reason=reason,
        waiting_since=waiting,
        missing_image=_missing_image(mine) if phase == PENDING else "",
        messages=tuple(message for pod in mine for message in _messages(pod)),
        pod_uids=tuple(str(pod["metadata"].get("uid", "")) for pod in mine),
    )


def newest_event(events: Iterable[Object]) -> str:
    """Reason and message of the newest warning among these Events, or empty."""
    warnings = [event for event in events if event.get("type") == "Warning"]
    if not warnings:
        return ""
    newest = max(warnings, key=_event_time)
    return f"{newest.get('reason', '')}: {newest.get('message', '')}".strip(": ")


def _phase(job: Object, pods: Sequence[Object], now: datetime) -> tuple[str, str]:
    ended = _ended(job)
    if ended is not None:
        phase, reason = ended
        if phase == SUCCEEDED and any(_is_at_work(pod, job, now) for pod in pods):
            return RUNNING, ""
        return phase, (_failure(pods) or reason) if phase == FAILED else ""
    if not pods:
        active = (job.get("status") or {}).get("active")
        return PENDING, "its pod is gone" if active else "it has no pod yet"
    return _pod_phase(pods[0], _container_names(job), now)


def _is_at_work(pod: Object, job: Object, now: datetime) -> bool:
    """Of a Job that is complete: we have not heard yet that its Pod has ended, and what it left."""
    is_going = bool(pod["metadata"].get("deletionTimestamp"))
    return not is_going and _pod_phase(pod, _container_names(job), now)[0] in {PENDING, RUNNING}


def _pod_phase(pod: Object, names: frozenset[str], now: datetime) -> tuple[str, str]:
    status = pod.get("status") or {}
    name = pod["metadata"]["name"]
    if lost := _lost(pod, now):
        return FAILED, lost
    if status.get("phase") == "Unknown":
        return FAILED, f"the state of pod {name} is unknown"
    if status.get("phase") == "Failed":
        return FAILED, _failure([pod]) or f"pod {name} has failed"
    # A container that somebody injected may go on running for ever: ours decide.
    ours = [entry for entry in status.get("containerStatuses") or () if entry["name"] in names]
    ends = [(entry.get("state") or {}).get("terminated") for entry in ours]
    if ends and all(end is not None for end in ends):
        failed = any(end["exitCode"] for end in ends if end is not None)
        return (FAILED, _failure([pod])) if failed else (SUCCEEDED, "")
    if any(_has_started(entry) for entry in _statuses(pod)):
        return RUNNING, ""
    return PENDING, _waiting_reason(pod)


def _lost(pod: Object, now: datetime) -> str:
    name = pod["metadata"]["name"]
    deleted = pod["metadata"].get("deletionTimestamp")
    if deleted and now - _moment(deleted) > LOST_AFTER:
        return f"pod {name} was deleted, but its node does not confirm it"
    entries = {
        entry.get("type"): entry for entry in (pod.get("status") or {}).get("conditions") or ()
    }
    ready, running = entries.get("Ready"), entries.get("ContainersReady")
    # Only the node controller makes a Pod unready whose containers are ready.
    if (
        ready is not None
        and running is not None
        and (ready.get("status"), running.get("status")) == ("False", "True")
        and now - _moment(ready.get("lastTransitionTime") or _text(now)) > LOST_AFTER
    ):
        return f"node {pod['spec'].get('nodeName', '')} of pod {name} does not answer"
    return ""


def _ended(job: Object) -> tuple[str, str] | None:
    for entry in (job.get("status") or {}).get("conditions") or ():
        if entry.get("status") != "True":
            continue
        if entry.get("type") == "Complete":
            return SUCCEEDED, ""
        if entry.get("type") == "Failed":
            return FAILED, str(entry.get("message") or entry.get("reason") or "the Job has failed")
    return None


def _failure(pods: Sequence[Object]) -> str:
    for pod in pods:
        status = pod.get("status") or {}
        for entry in _statuses(pod):
            end = (entry.get("state") or {}).get("terminated")
            if end is not None and end["exitCode"]:
                return (
                    f"container {entry['name']} exited with {end['exitCode']}. "
                    f"Reason: {end.get('reason') or 'Unknown'}"
                )
        if status.get("reason"):
            return f"{status['reason']}: {status.get('message', '')}".rstrip(": ")
    return ""


def _waiting_reason(pod: Object) -> str:
    for entry in _statuses(pod):
        waiting = (entry.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in {None, "PodInitializing", "ContainerCreating"}:
            return f"{waiting['reason']}: {waiting.get('message', '')}".rstrip(": ")
    for entry in (pod.get("status") or {}).get("conditions") or ():
        if entry.get("type") == "PodScheduled" and entry.get("status") == "False":
            return f"{entry.get('reason', '')}: {entry.get('message', '')}".rstrip(": ")
    return f"pod {pod['metadata']['name']} has not started"


def _missing_image(pods: Sequence[Object]) -> str:
    for pod in pods[:1]:
        for entry in _statuses(pod):
            waiting = (entry.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") in IMAGE_REASONS:
                return str(entry.get("image", ""))
    return ""


def _waiting_since(job: Object, pods: Sequence[Object]) -> datetime:
    newest = pods[0]["metadata"] if pods else job["metadata"]
    return _moment(newest["creationTimestamp"])


def _has_started(entry: Mapping[str, Any]) -> bool:
    state = entry.get("state") or {}
    return any(state.get(name) is not None for name in ("running", "terminated"))


def _statuses(pod: Object) -> list[Mapping[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _messages(pod: Object) -> list[str]:
    ends = ((entry.get("state") or {}).get("terminated") or {} for entry in _statuses(pod))
    return [str(end["message"]) for end in ends if end.get("message")]


def _belongs(pod: Object, job: Object) -> bool:
    uid = job["metadata"].get("uid")
    return any(
        owner.get("uid") == uid for owner in pod["metadata"].get("ownerReferences") or ()
    ) and pod["metadata"].get("namespace") == job["metadata"].get("namespace")


def _container_names(job: Object) -> frozenset[str]:
    containers = job["spec"]["template"]["spec"].get("containers") or ()
    return frozenset(container["name"] for container in containers)


def _component(job: Object) -> str:
    for container in job["spec"]["template"]["spec"].get("containers") or ():
        for variable in container.get("env") or ():
            if variable.get("name") == "COMPONENT_NAME":
                return str(variable.get("value", ""))
    return str((job["metadata"].get("annotations") or {}).get(labels.COMPONENT, ""))


def _event_time(event: Object) -> str:
    return str(
        event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.isoformat()
