"""Which pods should a Job have, and how is it doing?

https://kubernetes.io/docs/concepts/workloads/controllers/job/; no indexed completion mode, no
podFailurePolicy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ...api.resources import JOB, POD
from ...kube.store import key_of
from . import cluster as seen
from .cluster import is_active, phase, text, time_of, with_condition

if TYPE_CHECKING:
    from datetime import datetime

    from .cluster import Cluster, Object

_UID, _NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"


class Plan(NamedTuple):
    """What there is to do."""

    status: Object
    create: int = 0
    ends: bool = False
    """Whether its pods must end."""


def reconcile(cluster: Cluster, job: Object) -> None:
    """One pass over a Job."""
    metadata, spec = job["metadata"], job["spec"]
    if metadata.get("deletionTimestamp") or _removed(cluster, job):
        return
    labels = {_UID: metadata["uid"], _NAME: metadata["name"], "job-name": metadata["name"]}
    if not spec.get("selector"):
        wanted = {"selector": {"matchLabels": {_UID: metadata["uid"]}}}
        cluster.client.patch(
            JOB, key_of(job), {"spec": {**wanted, "template": {"metadata": {"labels": labels}}}}
        )
        return
    pods = cluster.owned(POD, job)
    plan = decide(job, pods, seen.now())
    if plan.create or plan.status.get("failed") != (job.get("status") or {}).get("failed"):
        pods = cluster.owned(POD, job, live=True)
        plan = decide(job, pods, seen.now())
    if plan.ends:
        cluster.delete(POD, [pod for pod in pods if is_active(pod)])
    for _ in range(plan.create):
        name = f"{metadata['name'][:57]}-{seen.suffix()}"
        cluster.create_pod(job, spec["template"], name, **labels)
    cluster.record(JOB, job, plan.status)


def decide(job: Object, pods: list[Object], now: datetime) -> Plan:
    """The plan for a Job that has these pods."""
    spec, before = job["spec"], job.get("status") or {}
    active = [pod for pod in pods if is_active(pod)]
    leaving = [pod for pod in pods if phase(pod) not in seen.FINAL and pod not in active]
    ended = {each: sum(phase(pod) == each for pod in pods) for each in seen.FINAL}
    known = {each: before.get(each.lower(), 0) for each in seen.FINAL}
    running = before.get("active", 0) + before.get("terminating", 0)
    new = max(0, sum(ended.values()) - sum(known.values()))
    lost = max(0, running - len(active) - len(leaving) - new)
    failed = max(ended["Failed"], known["Failed"]) + lost
    succeeded = max(ended["Succeeded"], known["Succeeded"])
    completions = spec.get("completions") or 1
    entries = list(before.get("conditions") or ())
    status: Object = {"startTime": before.get("startTime") or text(now)}
    end = _end(job, succeeded >= completions, failed, pods, now)
    is_suspended = bool(spec.get("suspend"))
    create = 0
    if end:
        entries = _ended(entries, end, is_last=not active and not leaving)
        if end[0] == "Complete" and not active and not leaving:
            status["completionTime"] = text(now)
    elif is_suspended:
        status["startTime"] = None
        entries = with_condition(
            entries, "Suspended", reason="JobSuspended", message="Job suspended"
        )
    else:
        if any(each["type"] == "Suspended" for each in entries):
            entries = with_condition(
                entries, "Suspended", reason="JobResumed", message="Job resumed", holds=False
            )
        wanted = min(spec.get("parallelism", 1), completions - succeeded)
        create = (
            0 if _is_backing_off(pods, failed, now) else max(0, wanted - len(active) - len(leaving))
        )
    status |= {
        "active": len(active) + create,
        "ready": sum(map(seen.is_ready, pods)),
        "terminating": len(leaving),
        "succeeded": succeeded,
        "failed": failed,
        "conditions": entries,
    }
    return Plan(status, create, bool(end) or is_suspended)


def _end(
    job: Object, has_succeeded: bool, failed: int, pods: list[Object], now: datetime
) -> tuple[str, str, str] | None:
    """Condition, reason and message when the Job is over, or has to be."""
    spec, before = job["spec"], job.get("status") or {}
    for each in before.get("conditions") or ():
        if each["type"] in _HERALDS and each["status"] == "True":
            return _HERALDS[each["type"]], each["reason"], each["message"]
    if has_succeeded:
        return "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
    limit, start = spec.get("backoffLimit", 6), time_of(before.get("startTime"))
    statuses = [
        each for pod in pods for each in (pod.get("status") or {}).get("containerStatuses") or ()
    ]
    restarts = sum(each.get("restartCount", 0) for each in statuses)
    if failed > limit or restarts > limit or (restarts and restarts == limit):
        return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    deadline = spec.get("activeDeadlineSeconds")
    if start and deadline is not None and now - start >= timedelta(seconds=deadline):
        return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
    return None


_HERALDS = {"SuccessCriteriaMet": "Complete", "FailureTarget": "Failed"}


def _ended(entries: list[Object], end: tuple[str, str, str], *, is_last: bool) -> list[Object]:
    """First what it will come to, then, when no pod is left, that it has."""
    kind, reason, message = end
    herald = next(name for name, meant in _HERALDS.items() if meant == kind)
    for each in (herald, kind) if is_last else (herald,):
        entries = with_condition(entries, each, reason=reason, message=message)
    return entries


def _is_backing_off(pods: list[Object], failed: int, now: datetime) -> bool:
    ends = [
        time_of(((each.get("state") or {}).get("terminated") or {}).get("finishedAt"))
        for pod in pods
        if phase(pod) == "Failed"
        for each in (pod.get("status") or {}).get("containerStatuses") or ()
    ]
    last = max((end for end in ends if end), default=None)
    return bool(last and now < last + timedelta(seconds=min(360, 10 * 2.0 ** (failed - 1))))


def finished_at(job: Object) -> tuple[str, datetime | None]:
    """Complete or Failed, and since when; empty and None for a Job that goes on."""
    for each in (job.get("status") or {}).get("conditions") or ():
        if each["type"] in {"Complete", "Failed"} and each["status"] == "True":
            return each["type"], time_of(each["lastTransitionTime"])
    return "", None


def _removed(cluster: Cluster, job: Object) -> bool:
    """Whether it is over; then it goes when its time is up."""
    kind, since = finished_at(job)
    life = job["spec"].get("ttlSecondsAfterFinished")
    if since and life is not None and seen.now() - since >= timedelta(seconds=life):
        cluster.delete(JOB, [job])
    return bool(kind)
