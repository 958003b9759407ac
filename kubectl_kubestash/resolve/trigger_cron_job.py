"""Which CronJob starts the runs of a session?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import CRON_JOB, ObjectKey
from . import labels, names, pod_settings
from .job import JobPlan, pod_spec
from .manifest import manifest, owner_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.scheduler import JobTemplate, Scheduler
    from .image import Image
    from .manifest import Object

STARTING_DEADLINE_SECONDS = 3600
"""A missed start is made up for within this time. Without it a CronJob that has missed more than
100 starts never runs again; an hour holds 60 starts at most
(https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline)."""

TIME_ZONE = "Etc/UTC"
"""Schedules are in UTC everywhere, so that the next run which status names is the one that comes.
Without it they would follow the clock of the controller manager, which nobody outside can see."""

_JOB_NAME = {"fieldRef": {"fieldPath": "metadata.labels['job-name']"}}
"""A label of the Job's pods. Their own names do not tell: a long one of the Job is cut at its end,
where the due time is (https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-names)."""

ACTIVE_DEADLINE_SECONDS = 600
"""A trigger that has not done its second of work by then never will: its image is missing, say."""


def trigger_cron_job(
    configuration: BackupConfiguration, session_spec: Session, *, image: Image
) -> Object:
    """The CronJob of this session, which belongs to the configuration and does not change itself.

    Without a scheduler it is never due, so there should be none: raises ValueError.
    """
    scheduler = session_spec.scheduler
    if scheduler is None:
        raise ValueError(f"session {session_spec.name} has no scheduler")
    home, invoker = configuration.key
    name = names.trigger(invoker, session_spec.name)
    cron_job = manifest(
        CRON_JOB,
        ObjectKey(home, name),
        labels={labels.MANAGED_BY: labels.MANAGER},
        spec=_spec(configuration, scheduler)
        | {"jobTemplate": {"spec": _job(configuration, session_spec, scheduler, image)}},
    )
    cron_job["metadata"]["ownerReferences"] = [owner_reference(configuration)]
    return cron_job


def service_account(session_spec: Session, name: str) -> str:
    """The ServiceAccount of the CronJob called `name`: the scheduler's, or one of its own."""
    scheduler = session_spec.scheduler
    template = scheduler.job_template.template if scheduler else None
    return pod_settings.of_template(template).service_account or name


def _spec(configuration: BackupConfiguration, scheduler: Scheduler) -> Object:
    return {
        "schedule": scheduler.schedule,
        "timeZone": TIME_ZONE,
        "concurrencyPolicy": scheduler.concurrency_policy or "Allow",
        "suspend": configuration.spec.paused or bool(scheduler.suspend),
        "startingDeadlineSeconds": _or(
            scheduler.starting_deadline_seconds, STARTING_DEADLINE_SECONDS
        ),
        "successfulJobsHistoryLimit": _or(scheduler.successful_jobs_history_limit, 3),
        "failedJobsHistoryLimit": _or(scheduler.failed_jobs_history_limit, 1),
    }


def _job(
    configuration: BackupConfiguration, session_spec: Session, scheduler: Scheduler, image: Image
) -> Object:
    home, invoker = configuration.key
    asked = pod_settings.of_template(scheduler.job_template.template)
    main = {
        "name": "trigger",
        "image": str(image),
        "args": [
            "trigger-backup",
            f"--namespace={home}",
            "--invoker-kind=BackupConfiguration",
            f"--invoker-name={invoker}",
            f"--session-name={session_spec.name}",
        ],
        "env": [{"name": "JOB_NAME", "valueFrom": _JOB_NAME}],
    }
    name = names.trigger(invoker, session_spec.name)
    plan = JobPlan(
        key=ObjectKey(home, name),
        labels={labels.MANAGED_BY: labels.MANAGER},
        service_account=asked.service_account or name,
        containers=[main],
        settings=asked,
    )
    metadata: Mapping[str, Mapping[str, str]] = {
        "labels": {**asked.pod_labels, **plan.labels},
        "annotations": asked.pod_annotations,
    }
    template = {"metadata": {k: dict(v) for k, v in metadata.items() if v}, "spec": pod_spec(plan)}
    return {
        "activeDeadlineSeconds": ACTIVE_DEADLINE_SECONDS,
        **_of_job(scheduler.job_template),
        "template": template,
    }


def _of_job(template: JobTemplate) -> Object:
    given: Object = template.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {name: value for name, value in given.items() if name != "template"}


def _or(given: int | None, default: int) -> int:
    return default if given is None else given
