"""What is the next step of a RestoreSession, and which phase has it reached?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from . import conditions
from .backup_session import duration

if TYPE_CHECKING:
    from .job_state import JobState

Status = Mapping[str, Any]

PENDING, RUNNING, SUCCEEDED, FAILED, INVALID, UNKNOWN = (
    "Pending",
    "Running",
    "Succeeded",
    "Failed",
    "Invalid",
    "Unknown",
)
FINAL = frozenset({SUCCEEDED, FAILED, UNKNOWN})
"""`Invalid` is none of them: such a restore starts when it is put right before its deadline."""


class Step(StrEnum):
    """What to do with a restore that is not at its end."""

    PREPARE = "judge it and choose the Snapshot"
    LAUNCH = "start the Jobs"
    OBSERVE = "wait for the Jobs"
    COLLECT = "take over what ended Jobs have reported"
    EXPIRE = "give up: the deadline has passed"
    CONCLUDE = "write down how it ended"


def components_phase(status: Status) -> str:
    """The phase that the components alone amount to."""
    phases = [part.get("phase") for part in (status.get("components") or {}).values()]
    total = int(status.get("totalComponents") or 0)
    if not phases:
        return PENDING
    succeeded, failed = phases.count(SUCCEEDED), phases.count(FAILED)
    if succeeded == total:
        return SUCCEEDED
    if failed:
        return FAILED
    return UNKNOWN if succeeded + phases.count(UNKNOWN) == total else RUNNING


def phase(status: Status) -> str:
    """The phase of the restore; it is at its end only when the last condition is recorded."""
    recorded = status.get("conditions") or ()
    pushed = conditions.status_of(recorded, conditions.METRICS_PUSHED)
    if pushed == "False":
        return FAILED
    if pushed == "True" and (
        conditions.is_false(recorded, conditions.RESTORE_EXECUTOR_ENSURED)
        or conditions.is_true(recorded, conditions.RESTORE_INCOMPLETE)
    ):
        return FAILED
    if conditions.is_false(recorded, conditions.VALIDATION_PASSED):
        return INVALID
    of_components = components_phase(status)
    if pushed is not None:
        return of_components
    if conditions.is_true(recorded, conditions.RESTORE_EXECUTOR_ENSURED):
        return RUNNING
    return PENDING if of_components == PENDING else RUNNING


def is_reported(status: Status) -> bool:
    """Whether each expected component has ended."""
    parts = (status.get("components") or {}).values()
    ended = sum(part.get("phase") in FINAL for part in parts)
    return ended >= max(len(parts), int(status.get("totalComponents") or 0), 1)


def next_step(status: Status, jobs: Sequence[JobState], *, now: datetime) -> Step:
    """The step that these facts ask for."""
    recorded = status.get("conditions") or ()
    launched = conditions.status_of(recorded, conditions.RESTORE_EXECUTOR_ENSURED)
    if launched == "False":
        return Step.CONCLUDE
    if is_overdue(status, now=now) and not is_reported(status):
        return Step.EXPIRE
    if not conditions.is_true(recorded, conditions.VALIDATION_PASSED):
        return Step.PREPARE
    if launched is None:
        return Step.LAUNCH
    return Step.CONCLUDE if is_reported(status) else _before_the_end(recorded, jobs)


def _before_the_end(recorded: conditions.Conditions, jobs: Sequence[JobState]) -> Step:
    if any(not job.is_final for job in jobs):
        return Step.OBSERVE
    # Once it was said that something is missing, asking again would tell nothing new.
    told = conditions.is_true(recorded, conditions.RESTORE_INCOMPLETE)
    return Step.CONCLUDE if told else Step.COLLECT


def is_overdue(status: Status, *, now: datetime) -> bool:
    """Whether the deadline that was recorded at the start has passed."""
    deadline = status.get("restoreDeadline")
    return bool(deadline) and now >= datetime.fromisoformat(str(deadline))


def incomplete(status: Status, reason: str, *, now: datetime) -> dict[str, Any]:
    """The changes after a restore has ended without a result for each component."""
    return {
        "components": {
            name: {"phase": FAILED, "error": part.get("error") or reason}
            for name, part in (status.get("components") or {}).items()
            if part.get("phase") not in FINAL
        },
        "conditions": conditions.with_condition(
            status.get("conditions") or (), conditions.RESTORE_INCOMPLETE, True, reason, now=now
        ),
    }


def conclusion(status: Status, *, created: datetime, now: datetime) -> dict[str, Any]:
    """The last fields of a restore."""
    entries = conditions.with_condition(
        status.get("conditions") or (),
        conditions.METRICS_PUSHED,
        True,
        "Metrics have been pushed successfully.",
        now=now,
    )
    fields: dict[str, Any] = {"conditions": entries, "duration": duration(created, now)}
    fields["phase"] = phase({**status, **fields})
    return fields


def failure(status: Status) -> str:
    """Why the restore has failed, in one sentence; empty when it has not."""
    recorded = status.get("conditions") or ()
    kinds = (conditions.VALIDATION_PASSED, conditions.RESTORE_EXECUTOR_ENSURED)
    if message := conditions.first_false_message(recorded, kinds):
        return message
    entry = conditions.find(recorded, conditions.RESTORE_INCOMPLETE)
    if entry is not None and entry.get("status") == "True":
        return str(entry.get("message", ""))
    for name, part in (status.get("components") or {}).items():
        if part.get("phase") == FAILED:
            return f"Component {name}: {part.get('error') or 'failed'}"
    return ""
