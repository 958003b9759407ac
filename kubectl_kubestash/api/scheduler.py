"""When something is run: the fields of the CronJob that triggers it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .markers import REQUIRED, Int32, Int64
from .meta import KubeModel
from .pod_template import PodTemplate


class JobTemplate(KubeModel):
    """Fields of the Jobs that the CronJob starts. They trigger; the data is moved by other Jobs."""

    parallelism: Int32 | None = None
    """How many pods may run at a time. Default: 1."""

    completions: Int32 | None = None
    """How many pods must succeed. Default: 1."""

    active_deadline_seconds: Int64 | None = None
    """Seconds after which the Job is stopped, whatever its pods do."""

    backoff_limit: Int32 | None = None
    """How often a failed pod is replaced before the Job counts as failed. Default: 6."""

    completion_mode: str | None = None
    """`NonIndexed` or `Indexed`. Default: NonIndexed."""

    suspend: bool | None = None
    """Whether the Job waits to be released."""

    ttl_seconds_after_finished: Int32 | None = None
    """Seconds after which a finished Job is deleted; without it the history limits decide."""

    template: PodTemplate | None = None
    """The template of the Job's pod."""


class Scheduler(KubeModel):
    """When something is run."""

    schedule: str
    """When, in cron syntax: minute, hour, day of month, month, day of week; or @hourly and the
    like. In UTC."""

    job_template: Annotated[JobTemplate, REQUIRED] = Field(default_factory=JobTemplate)
    """Fields of the Jobs that the CronJob starts; `{}` is enough."""

    starting_deadline_seconds: Int64 | None = None
    """Seconds for which a missed start may be made up for."""

    concurrency_policy: str | None = None
    """What to do when the previous Job is still running: `Allow`, `Forbid` or `Replace`.
    Default: Allow."""

    suspend: bool | None = None
    """Whether no more runs are started. Those that run already go on."""

    successful_jobs_history_limit: Int32 | None = None
    """How many finished Jobs of the CronJob are kept. Default: 3."""

    failed_jobs_history_limit: Int32 | None = None
    """How many failed Jobs of the CronJob are kept. Default: 1."""
