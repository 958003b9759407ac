"""Which pods should a Job have, and how is it doing?

https://kubernetes.io/docs/concepts/workloads/controllers/job/; no indexed completion mode, no
podFailurePolicy, no suspension, and restarts in a pod do not count as failures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ...api.resources import JOB, POD
from ..moment import text, this_second, time_of
from . import cluster as seen
from .cluster import failed_lately, is_active, phase, with_condition

if TYPE_CHECKING:
    from datetime import datetime

    from .cluster import Cluster, Object

_UID, _NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"
_HERALDS = {"Complete": "SuccessCriteriaMet", "Failed": "FailureTarget"}
"""The condition that a server wants to see before each."""


class Plan(NamedTuple):
    """What there is to do."""

    status: Object
    create: int = 0
    ends: bool = False
    """Whether its pods must end."""


def reconcile(cluster: Cluster, job: Object) -> None:
    """One pass over a Job."""
    metadata, spec = job["metadata"], job["spec"]
    if outcome(job):
        return
    labels = {_UID: metadata["uid"], _NAME: metadata["name"], "job-name": metadata["name"]}
    pods = cluster.owned(POD, job)
    plan = decide(job, pods, this_second())
    if plan.create or plan.status.get("failed") != (job.get("status") or {}).get("failed"):
        pods = cluster.owned(POD, job, live=True)
        plan = decide(job, pods, this_second())
    if plan.ends:
        cluster.delete(POD, [pod for pod in pods if is_active(pod)])
    for _ in range(plan.create):
        cluster.create_pod(job, spec["template"], **labels)
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
    end = _end(job, succeeded >= completions, failed, now)
    create = 0
    if end and not active and not leaving:
        kind, reason, message = end
        for each in (_HERALDS[kind], kind):
            entries = with_condition(entries, each, reason=reason, message=message)
        status |= {"completionTime": text(now)} if kind == "Complete" else {}
    elif not end and not failed_lately(pods, now):
        wanted = min(spec.get("parallelism", 1), completions - succeeded)
        create = max(0, wanted - len(active) - len(leaving))
    status |= {
        "active": len(active) + create,
        "ready": sum(map(seen.is_ready, pods)),
        "terminating": len(leaving),
        "succeeded": succeeded,
        "failed": failed,
        "conditions": entries,
    }
    return Plan(status, create, bool(end))


def _end(
    job: Object, has_succeeded: bool, failed: int, now: datetime
) -> tuple[str, str, str] | None:
    """Condition, reason and message when the Job is over, or has to be."""
    spec, start = job["spec"], time_of((job.get("status") or {}).get("startTime"))
    if has_succeeded:
        return "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
    deadline = spec.get("activeDeadlineSeconds")
    if start and deadline is not None and now - start >= timedelta(seconds=deadline):
        return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
    if failed > spec.get("backoffLimit", 6):
        return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    return None


def outcome(job: Object) -> str:
    """Complete or Failed; empty for a Job that goes on."""
    entries = (job.get("status") or {}).get("conditions") or ()
    return next((e["type"] for e in entries if e["type"] in _HERALDS and e["status"] == "True"), "")
