"""Which Jobs does a CronJob start, and when?

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from ...api.resources import CRON_JOB, JOB
from ...errors import AlreadyExists
from . import cluster as seen
from .cluster import owner_reference, text, time_of
from .job import finished_at

if TYPE_CHECKING:
    from .cluster import Cluster, Object

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def reconcile(cluster: Cluster, cron_job: Object) -> None:
    """One pass over a CronJob."""
    if cron_job["metadata"].get("deletionTimestamp"):
        return
    jobs = cluster.owned(JOB, cron_job)
    spec, before = cron_job["spec"], cron_job.get("status") or {}
    _forget(cluster, spec, jobs)
    running = [job for job in jobs if not finished_at(job)[0]]
    status: Object = {}
    due = None if spec.get("suspend") else last_due(cron_job, seen.now())
    policy = spec.get("concurrencyPolicy") or "Allow"
    if due and not (policy == "Forbid" and running):
        if policy == "Replace":
            cluster.delete(JOB, running)
            running = []
        running.append(_start(cluster, cron_job, due))
        status["lastScheduleTime"] = text(due)
    if running or before.get("active"):
        status["active"] = [_reference(job) for job in running]
    good = [since for kind, since in map(finished_at, jobs) if kind == "Complete" and since]
    if good:
        status["lastSuccessfulTime"] = text(max(good))
    cluster.record(CRON_JOB, cron_job, status)


def last_due(cron_job: Object, now: datetime) -> datetime | None:
    """The newest start that is due and was not made; None when there is none in time."""
    spec, before = cron_job["spec"], cron_job.get("status") or {}
    since = time_of(before.get("lastScheduleTime") or cron_job["metadata"]["creationTimestamp"])
    limit = spec.get("startingDeadlineSeconds")
    assert since is not None
    if limit is not None:
        since = max(since, now - timedelta(seconds=limit))
    # A start that was missed long ago is not made up for; a day is more than any pause of ours.
    since = max(since, now - timedelta(days=1))
    schedule = spec["schedule"]
    try:
        zone = ZoneInfo(spec.get("timeZone") or "UTC")
        due = None
        for each in CronSim(
            _NICKNAMES.get(schedule, schedule).replace("?", "*"), since.astimezone(zone)
        ):
            if each > now:
                break
            due = each
    except (CronSimError, ValueError, KeyError, StopIteration):
        return None
    return due.astimezone(now.tzinfo) if due else None


def _start(cluster: Cluster, cron_job: Object, due: datetime) -> Object:
    """The Job of that minute; its name makes it the only one."""
    metadata, template = cron_job["metadata"], cron_job["spec"]["jobTemplate"]
    given = template.get("metadata") or {}
    noted = {"batch.kubernetes.io/cronjob-scheduled-timestamp": text(due)}
    body = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{metadata['name'][:52]}-{int(due.timestamp()) // 60}",
            "namespace": metadata["namespace"],
            "labels": given.get("labels") or {},
            "annotations": {**(given.get("annotations") or {}), **noted},
            "ownerReferences": [owner_reference(cron_job)],
        },
        "spec": template["spec"],
    }
    try:
        return cluster.client.create(JOB, body)
    except AlreadyExists:
        return body


def _reference(job: Object) -> Object:
    metadata = job["metadata"]
    named = {name: metadata[name] for name in ("name", "namespace", "uid") if name in metadata}
    return {"apiVersion": "batch/v1", "kind": "Job", **named}


def _forget(cluster: Cluster, spec: Object, jobs: list[Object]) -> None:
    """Remove finished Jobs beyond those that are kept."""
    kept = {
        "Complete": spec.get("successfulJobsHistoryLimit", 3),
        "Failed": spec.get("failedJobsHistoryLimit", 1),
    }
    for kind, count in kept.items():
        over = [job for job in jobs if finished_at(job)[0] == kind]
        over.sort(key=lambda job: str(job["metadata"]["creationTimestamp"]))
        cluster.delete(JOB, over[: max(0, len(over) - count)])
