"""Can the sessions of a BackupConfiguration be run?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...errors import UsageError
from .. import schedule
from ..durations import parse_duration
from ..findings import Finding
from ..wording import not_supported
from .addon_info import AddonInputs, addon_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.core.backup_configuration import Session
    from .backup_configuration import ConfigurationInputs

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def session_findings(inputs: ConfigurationInputs) -> Iterator[Finding]:
    """Objections to `spec.sessions`, but for their repositories."""
    for index, session in enumerate(inputs.configuration.spec.sessions):
        field = f"spec.sessions[{index}]"
        yield from _name(inputs, session, field)
        yield from _scheduler(inputs, session, field)
        yield from _limits(inputs, session, field)
        yield from _hooks(inputs, session, field)
        yield from addon_findings(
            AddonInputs(
                addon_info=session.addon,
                addons=inputs.addons,
                functions=inputs.functions,
                kind="backup",
                owner=inputs.owner,
                field=f"{field}.addon",
                target=inputs.configuration.spec.target,
            )
        )


def _name(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[Finding]:
    if not session.name:
        message = f"{inputs.owner}: {field}.name: the session has no name."
        yield Finding("SessionNameMissing", message, f"{field}.name")
    elif not NAME.fullmatch(session.name):
        message = (
            f"{inputs.owner}: {field}.name: {session.name!r} becomes part of names in Kubernetes: "
            "small letters, digits, '-' and '.' only."
        )
        yield Finding("InvalidSessionName", message, f"{field}.name")


def _scheduler(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[Finding]:
    scheduler = session.scheduler
    field = f"{field}.scheduler"
    if scheduler is None:
        message = f"{inputs.owner}: {field}: session {session.name!r} has no schedule."
        yield Finding("SchedulerMissing", message, field)
        return
    if complaint := schedule.check(scheduler.schedule):
        message = f"{inputs.owner}: {field}.schedule: {complaint}"
        yield Finding("InvalidSchedule", message, f"{field}.schedule")
    policy = scheduler.concurrency_policy
    if policy not in (None, "", "Allow", "Forbid", "Replace"):
        message = (
            f"{inputs.owner}: {field}.concurrencyPolicy: {policy!r} is none of Allow, Forbid and "
            "Replace."
        )
        yield Finding("InvalidConcurrencyPolicy", message, f"{field}.concurrencyPolicy")
    template = scheduler.job_template.template
    if template and template.spec and template.spec.pod_placement_policy:
        where = f"{field}.jobTemplate.template.spec.podPlacementPolicy"
        yield not_supported(inputs.owner, where, "a PodPlacementPolicy")


def _limits(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[Finding]:
    delay = session.retry_config.delay if session.retry_config else ""
    yield from duration_findings(inputs.owner, f"{field}.backupTimeout", session.backup_timeout)
    yield from duration_findings(
        inputs.owner, f"{field}.retryConfig.delay", delay, may_be_nothing=True
    )
    if session.session_history_limit < 0:
        where = f"{field}.sessionHistoryLimit"
        message = f"{inputs.owner}: {where}: {session.session_history_limit} is less than nothing."
        yield Finding("InvalidHistoryLimit", message, where)


def duration_findings(
    owner: str, field: str, text: str, *, may_be_nothing: bool = False
) -> Iterator[Finding]:
    """Objections to a duration; an empty text is none."""
    if not text:
        return
    try:
        seconds = parse_duration(text).total_seconds()
    except UsageError as error:
        yield Finding("InvalidDuration", f"{owner}: {field}: {error.message}", field)
        return
    if seconds < 0 or (seconds == 0 and not may_be_nothing):
        message = f"{owner}: {field}: {text!r} leaves no time."
        yield Finding("InvalidDuration", message, field)


def _hooks(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[Finding]:
    for name, hooks in (
        ("preBackup", session.hooks.pre_backup),
        ("postBackup", session.hooks.post_backup),
    ):
        if hooks:
            yield not_supported(inputs.owner, f"{field}.hooks.{name}", "a hook")
