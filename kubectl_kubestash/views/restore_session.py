"""A RestoreSession: its row, its steps, and why it is where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.conditions import (
    METRICS_PUSHED,
    RESTORE_EXECUTOR_ENSURED,
    RESTORE_INCOMPLETE,
    RESTORE_TARGET_FOUND,
    VALIDATION_PASSED,
)
from . import progress
from .fields import (
    NONE,
    age_of,
    at,
    items,
    mapping,
    name_of,
    namespace_of,
    reference,
    short_duration,
    text,
)
from .steps import component_step, condition_steps, step_times

if TYPE_CHECKING:
    from datetime import datetime

    from .fields import Raw
    from .section import Step

COLUMNS = (
    "NAME", "REPOSITORY", "SNAPSHOT", "TARGET", "PHASE", "PROGRESS", "DURATION", "AGE", "REASON",
)  # fmt: skip
FINAL = frozenset({"Succeeded", "Failed", "Invalid", "Unknown"})
_STEPS = (
    (VALIDATION_PASSED.type, "checks", True),
    (RESTORE_TARGET_FOUND.type, "target", False),
    ("PreRestoreHooksExecutionSucceeded", "pre-restore hooks", False),
    (RESTORE_EXECUTOR_ENSURED.type, "restore job", True),
)
_LAST_STEPS = (
    ("PostRestoreHooksExecutionSucceeded", "post-restore hooks", False),
    (METRICS_PUSHED.type, "done", True),
)


def phase(session: Raw) -> str:
    """The phase; Pending until the operator has seen the session."""
    return text(session, "status", "phase") or "Pending"


def is_final(session: Raw) -> bool:
    """Whether the session has ended."""
    return phase(session) in FINAL


def row(session: Raw, now: datetime) -> tuple[str, ...]:
    """The session in the columns above."""
    return (
        name_of(session),
        text(session, "spec", "dataSource", "repository") or NONE,
        text(session, "spec", "dataSource", "snapshot") or NONE,
        target(session),
        phase(session),
        "" if is_final(session) else _progress(session),
        duration(session, now),
        age_of(session, now),
        reason(session),
    )


def target(session: Raw) -> str:
    """`Kind/namespace/name` of what is written to."""
    return reference(at(session, "spec", "target"), namespace_of(session))


def duration(session: Raw, now: datetime) -> str:
    """How long it took, or has been going on."""
    known = text(session, "status", "duration")
    if known:
        return short_duration(known)
    return NONE if is_final(session) or not at(session, "status") else age_of(session, now)


def reason(session: Raw) -> str:
    """Why it failed, in one line; empty when all is well."""
    errors = [
        f"{name}: {error}"
        for name, component in sorted(mapping(session, "status", "components").items())
        if (error := text(component, "error"))
    ]
    for entry in items(session, "status", "conditions"):
        bad = "True" if entry.get("type") == RESTORE_INCOMPLETE.type else "False"
        if entry.get("status") == bad:
            errors.append(text(entry, "message") or text(entry, "reason"))
    return errors[0] if errors and phase(session) != "Succeeded" else ""


def steps(session: Raw) -> list[Step]:
    """What was done, what is being done, and what is left."""
    times, ended = step_times(session), is_final(session)
    found = condition_steps(session, _STEPS, times, ended=ended)
    found += [
        component_step(name, component)
        for name, component in sorted(mapping(session, "status", "components").items())
    ]
    return [*found, *condition_steps(session, _LAST_STEPS, times, ended=ended)]


def result_line(session: Raw, now: datetime) -> str:
    """How it ended, in one line."""
    components = mapping(session, "status", "components").items()
    done = [s.detail for name, c in components if (s := component_step(name, c)).detail]
    why = reason(session)
    return " · ".join([f"{phase(session)} in {duration(session, now)}", *([why] if why else done)])


def _progress(session: Raw) -> str:
    components = mapping(session, "status", "components").values()
    figures = [figure for entry in components if (figure := progress.of_component(entry))]
    if not figures:
        return ""
    slowest = min(figures, key=lambda figure: figure.percent)
    return f"{slowest.percent:.0f}% {slowest.left}".rstrip()
