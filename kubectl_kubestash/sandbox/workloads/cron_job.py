"""Which Jobs does a CronJob start, and when?

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from ...api.resources import CRON_JOB, JOB
from ...errors import AlreadyExists
from ..moment import text, this_second, time_of
from .cluster import owner_reference
from .job import outcome

if TYPE_CHECKING:
    from .cluster import Cluster, Object


def reconcile(cluster: Cluster, cron_job: Object) -> None:
    """One pass over a CronJob."""
    jobs = cluster.owned(JOB, cron_job)
    spec = cron_job["spec"]
    _forget(cluster, spec, jobs)
    running = [job for job in jobs if not outcome(job)]
    due = None if spec.get("suspend") else last_due(cron_job, this_second())
    policy = spec.get("concurrencyPolicy") or "Allow"
    if due and not (policy == "Forbid" and running):
        if policy == "Replace":
            cluster.delete(JOB, running)
        with suppress(AlreadyExists):
            cluster.client.create(JOB, _job(cron_job, due))
        cluster.record(CRON_JOB, cron_job, {"lastScheduleTime": text(due)})


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
    due = None
    try:
        zone = ZoneInfo(spec.get("timeZone") or "UTC")
        for each in CronSim(spec["schedule"], since.astimezone(zone)):
            if each > now:
                break
            due = each
    except (CronSimError, ValueError, KeyError, StopIteration):
        return None
    return due.astimezone(now.tzinfo) if due else None


def _job(cron_job: Object, due: datetime) -> Object:
    """The Job of that minute; its name makes it the only one."""
    metadata, template = cron_job["metadata"], cron_job["spec"]["jobTemplate"]
    given = template.get("metadata") or {}
    noted = {"batch.kubernetes.io/cronjob-scheduled-timestamp": text(due)}
    return {
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


def _forget(cluster: Cluster, spec: Object, jobs: list[Object]) -> None:
    """Remove finished Jobs beyond those that are kept."""
    successes = spec.get("successfulJobsHistoryLimit", 3)
    for kind, kept in (("Complete", successes), ("Failed", spec.get("failedJobsHistoryLimit", 1))):
        over = [job for job in jobs if outcome(job) == kind]
        over.sort(key=lambda job: str(job["metadata"]["creationTimestamp"]))
        cluster.delete(JOB, over[: max(0, len(over) - kept)])
