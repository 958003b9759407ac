"""What is the next step of a BackupSession, and which phase has it reached?

Everything is derived from what is recorded and what is running, never from memory: the same facts
always give the same step, so a pass may be lost, repeated, or cut off half-way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from . import conditions
from .durations import format_duration

if TYPE_CHECKING:
    from .job_state import JobState

Status = Mapping[str, Any]

PENDING, RUNNING, SUCCEEDED, FAILED, SKIPPED = (
    "Pending",
    "Running",
    "Succeeded",
    "Failed",
    "Skipped",
)
FINAL = frozenset({SUCCEEDED, FAILED, SKIPPED})

_FAILING_WHEN_FALSE = (
    conditions.SNAPSHOTS_ENSURED,
    conditions.BACKUP_EXECUTOR_ENSURED,
    conditions.RETENTION_POLICY_EXECUTOR_ENSURED,
    conditions.SESSION_HISTORY_CLEANED,
)


_NO_WAIT = timedelta(minutes=1)


class Step(StrEnum):
    """What to do with a session that is not at its end."""

    QUEUE = "wait for its turn, then record its Snapshots"
    LAUNCH = "start the Jobs"
    OBSERVE = "wait for the Jobs"
    COLLECT = "take over what ended Jobs have reported"
    FINISH = "start the finishing Job"
    AWAIT = "wait for the finishing Job"
    SETTLE = "record the result of the finishing Job"
    EXPIRE = "give up: the deadline has passed"
    CONCLUDE = "write down how it ended"


def snapshots_phase(entries: Sequence[Mapping[str, Any]]) -> str:
    """The phase that the Snapshots alone amount to."""
    phases = [str(entry.get("phase") or PENDING) for entry in entries]
    if not phases or set(phases) == {PENDING}:
        return PENDING
    if any(phase not in {SUCCEEDED, FAILED} for phase in phases):
        return RUNNING
    return FAILED if FAILED in phases else SUCCEEDED


def phase(status: Status) -> str:
    """The phase of the session; it is at its end only when the last condition is recorded."""
    recorded = status.get("conditions") or ()
    pushed = conditions.status_of(recorded, conditions.METRICS_PUSHED)
    if pushed == "False":
        return FAILED
    if conditions.is_true(recorded, conditions.BACKUP_SKIPPED):
        return SKIPPED
    if pushed == "True" and _has_failed(status):
        return FAILED
    of_snapshots = snapshots_phase(status.get("snapshots") or ())
    if of_snapshots == PENDING or pushed is not None:
        if conditions.is_true(recorded, conditions.SNAPSHOTS_ENSURED) and pushed is None:
            return RUNNING
        return of_snapshots
    return RUNNING


def failure(status: Status) -> str:
    """Why the session has failed, in one sentence; empty when it has not."""
    recorded = status.get("conditions") or ()
    if message := conditions.first_false_message(recorded, _FAILING_WHEN_FALSE):
        return message
    if any(entry.get("phase") == FAILED for entry in status.get("snapshots") or ()):
        return "one or more snapshots are failed"
    for entry in status.get("retentionPolicy") or ():
        if entry.get("phase") == "FailedToApply":
            return str(entry.get("error") or "the retention policy could not be applied")
    return ""


def next_step(
    status: Status,
    jobs: Sequence[JobState],
    finish: JobState | None,
    *,
    reported: bool,
    now: datetime,
    patience: timedelta = timedelta(hours=24),
) -> Step:
    """The step that these facts ask for.

    `jobs` are the backup Jobs that exist, `reported` says whether each component of each Snapshot
    has ended. A backup that is done in time may wait for its turn to be finished, after its
    deadline for as long as `patience`: that restores read the Repository is no fault of its own.
    """
    recorded = status.get("conditions") or ()
    ensured = conditions.status_of(recorded, conditions.SNAPSHOTS_ENSURED)
    launched = conditions.status_of(recorded, conditions.BACKUP_EXECUTOR_ENSURED)
    finishing = conditions.status_of(recorded, conditions.RETENTION_POLICY_EXECUTOR_ENSURED)
    if "False" in {ensured, launched, finishing}:
        return Step.CONCLUDE
    if finishing == "True" and (finish is None or finish.is_final):
        return Step.SETTLE
    ahead = _before_the_end(jobs, reported=reported) if launched == "True" else None
    may_wait = ahead is Step.FINISH and finishing is None
    if is_overdue(status, now=now - patience if may_wait else now):
        return Step.EXPIRE
    if ahead is None:
        return Step.QUEUE if ensured is None else Step.LAUNCH
    return Step.AWAIT if finishing == "True" else ahead


def deadline_after_wait(
    status: Status, *, ended: datetime | None, now: datetime
) -> datetime | None:
    """The deadline without the time since the backup `ended`; None when it stays as it is.

    A moment is no wait unless the deadline fell into it. Nobody knows when a backup ended whose
    Jobs are gone, only that it was in time.
    """
    recorded = status.get("backupDeadline")
    if not recorded:
        return None
    deadline = datetime.fromisoformat(str(recorded))
    waited = now - min(ended or deadline, deadline)
    return deadline + waited if waited >= _NO_WAIT or now >= deadline else None


def is_overdue(status: Status, *, now: datetime) -> bool:
    """Whether the deadline that was recorded at the start has passed."""
    deadline = status.get("backupDeadline")
    return bool(deadline) and now >= datetime.fromisoformat(str(deadline))


def duration(created: datetime, now: datetime) -> str:
    """From creation to now, in whole seconds."""
    return format_duration(timedelta(seconds=max(0, round((now - created).total_seconds()))))


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A session of an invoker that wants to run, or runs."""

    name: str
    session: str
    created: datetime
    is_running: bool = False
    is_stale: bool = False
    """Past its deadline, or Running with no Job alive: it is about to be failed."""


@dataclass(frozen=True)
class Turn:
    """Whether a session may start."""

    may_start: bool
    skip: bool = False
    reason: str = ""


def turn(mine: Contender, others: Sequence[Contender]) -> Turn:
    """Whether it is this session's turn among the unfinished ones of its invoker.

    It is skipped only when the same session is running. Everything else waits: one after another,
    the oldest first.
    """
    for other in others:
        if other.is_running and not other.is_stale and other.session == mine.session:
            return Turn(False, True, f"BackupSession {other.name} of the same session is running.")
    for other in others:
        if other.is_running:
            return Turn(False, False, f"BackupSession {other.name} is running.")
    order = sorted([mine, *others], key=lambda contender: (contender.created, contender.name))
    if order[0].name != mine.name:
        return Turn(False, False, f"BackupSession {order[0].name} comes first.")
    return Turn(True)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A session of the history."""

    name: str
    created: datetime
    phase: str


def superfluous(history: Sequence[Finished], limit: int) -> list[str]:
    """Names of the ended sessions beyond the newest `limit`, oldest first. Never a running one."""
    ended = sorted(
        (run for run in history if run.phase in FINAL), key=lambda run: (run.created, run.name)
    )
    return [run.name for run in ended[: max(0, len(ended) - max(limit, 1))]]


def conclusion(
    status: Status, *, created: datetime, now: datetime, retry_delay: timedelta | None
) -> dict[str, Any]:
    """The last fields of a session: history, metrics, duration, phase, the time of its retry.

    `retry_delay` is None when a failure is not to be retried.
    """
    entries = list(status.get("conditions") or ())
    entries = conditions.with_condition(entries, conditions.SESSION_HISTORY_CLEANED, True, now=now)
    entries = conditions.with_condition(
        entries,
        conditions.METRICS_PUSHED,
        True,
        "Metrics have been pushed successfully.",
        now=now,
    )
    fields: dict[str, Any] = {"conditions": entries, "duration": duration(created, now)}
    fields["phase"] = phase({**status, **fields})
    if fields["phase"] == FAILED and retry_delay is not None:
        fields["nextRetry"] = conditions.timestamp(now + retry_delay)
        fields["retried"] = False
    return fields


def _before_the_end(jobs: Sequence[JobState], *, reported: bool) -> Step:
    if any(not job.is_final for job in jobs):
        return Step.OBSERVE
    return Step.FINISH if reported else Step.COLLECT


def _has_failed(status: Status) -> bool:
    recorded = status.get("conditions") or ()
    return (
        any(conditions.is_false(recorded, kind) for kind in _FAILING_WHEN_FALSE)
        or conditions.is_true(recorded, conditions.SNAPSHOT_CLEANUP_INCOMPLETE)
        or any(
            entry.get("phase") == "FailedToApply" for entry in status.get("retentionPolicy") or ()
        )
    )
