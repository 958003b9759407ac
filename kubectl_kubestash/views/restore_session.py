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
from . import progress, run
from .fields import (
    NONE,
    age_of,
    at,
    items,
    mapping,
    name_of,
    namespace_of,
    reference,
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


def row(session: Raw, now: datetime) -> tuple[str, ...]:
    """The session in the columns above."""
    return (
        name_of(session),
        text(session, "spec", "dataSource", "repository") or NONE,
        text(session, "spec", "dataSource", "snapshot") or NONE,
        target(session),
        run.phase(session),
        "" if run.is_final(session) else progress.slowest(_components(session)),
        run.duration(session, now),
        age_of(session, now),
        reason(session),
    )


def target(session: Raw) -> str:
    """`Kind/namespace/name` of what is written to."""
    return reference(at(session, "spec", "target"), namespace_of(session))


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
    return errors[0] if errors and run.phase(session) != "Succeeded" else ""


def steps(session: Raw) -> list[Step]:
    """What was done, what is being done, and what is left."""
    times, ended = step_times(session), run.is_final(session)
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
    return " · ".join(
        [f"{run.phase(session)} in {run.duration(session, now)}", *([why] if why else done)]
    )


def _components(session: Raw) -> list[Raw]:
    return list(mapping(session, "status", "components").values())
