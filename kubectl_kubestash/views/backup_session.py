"""A BackupSession: its row, its steps, and why it is where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.conditions import (
    BACKUP_EXECUTOR_ENSURED,
    BACKUP_SKIPPED,
    METRICS_PUSHED,
    POD_PENDING_TOO_LONG,
    RETENTION_POLICY_EXECUTOR_ENSURED,
    SESSION_HISTORY_CLEANED,
    SNAPSHOT_CLEANUP_INCOMPLETE,
    SNAPSHOTS_ENSURED,
)
from ..resolve.wording import counted
from . import progress, run, size
from .fields import (
    NONE,
    age_of,
    condition,
    items,
    mapping,
    name_of,
    text,
)
from .section import Step
from .steps import component_step, condition_steps, step_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from .fields import Raw

COLUMNS = (
    "NAME", "CONFIG", "SESSION", "PHASE", "PROGRESS", "SIZE", "DURATION", "AGE", "REASON",
)  # fmt: skip
_STEPS = (
    ("PreBackupHooksExecutionSucceeded", "pre-backup hooks", False),
    (SNAPSHOTS_ENSURED.type, "snapshots", True),
    (BACKUP_EXECUTOR_ENSURED.type, "backup job", True),
)
_LAST_STEPS = (
    (RETENTION_POLICY_EXECUTOR_ENSURED.type, "metadata and retention", True),
    ("PostBackupHooksExecutionSucceeded", "post-backup hooks", False),
    (SESSION_HISTORY_CLEANED.type, "history", True),
    (METRICS_PUSHED.type, "done", True),
)


def by_session(snapshots: Iterable[Raw]) -> dict[str, list[Raw]]:
    """The Snapshots of each BackupSession, by its name."""
    found: dict[str, list[Raw]] = {}
    for snapshot in snapshots:
        found.setdefault(text(snapshot, "spec", "backupSession"), []).append(snapshot)
    return found


def row(session: Raw, snapshots: Sequence[Raw], now: datetime) -> tuple[str, ...]:
    """The session in the columns above."""
    return (
        name_of(session),
        text(session, "spec", "invoker", "name") or NONE,
        text(session, "spec", "session") or NONE,
        run.phase(session),
        "" if run.is_final(session) else progress.slowest(_components(snapshots)),
        total_size(snapshots) or NONE,
        run.duration(session, now),
        age_of(session, now),
        reason(session, snapshots),
    )


def total_size(snapshots: Sequence[Raw]) -> str:
    """What the Snapshots hold together, or what was read so far."""
    texts = [text(snapshot, "status", "size") for snapshot in snapshots]
    done = [figure.done for figure in progress.of_components(_components(snapshots))]
    return size.total([known for known in texts if known] or done)


def reason(session: Raw, snapshots: Sequence[Raw] = ()) -> str:
    """Why it failed, was skipped or waits, in one line; empty when all is well."""
    current = run.phase(session)
    if current == "Succeeded":
        return ""
    skipped = condition(session, BACKUP_SKIPPED.type)
    if current == "Skipped":
        return text(skipped, "message") or text(skipped, "reason")
    causes = [*_component_errors(snapshots), *_condition_messages(session), *_retention(session)]
    return causes[0] if causes else ""


def steps(session: Raw, snapshots: Sequence[Raw]) -> list[Step]:
    """What was done, what is being done, and what is left."""
    skipped = condition(session, BACKUP_SKIPPED.type)
    if skipped is not None and skipped.get("status") == "True":
        return [Step("skipped", "skipped", detail=reason(session, snapshots))]
    ended = run.is_final(session)
    times = step_times(session)
    found = condition_steps(session, _STEPS, times, ended=ended)
    found += [
        component_step(f"{text(snapshot, 'spec', 'repository')}/{name}", component)
        for snapshot in snapshots
        for name, component in sorted(mapping(snapshot, "status", "components").items())
    ]
    return [*found, *condition_steps(session, _LAST_STEPS, times, ended=ended)]


def stuck(session: Raw) -> str:
    """What the operator says about a Pod that does not start; empty when there is no such thing."""
    entry = condition(session, POD_PENDING_TOO_LONG.type)
    return text(entry, "message") if entry is not None and entry.get("status") == "True" else ""


def result_line(session: Raw, snapshots: Sequence[Raw], now: datetime) -> str:
    """How it ended, in one line."""
    parts = [f"{run.phase(session)} in {run.duration(session, now)}"]
    if snapshots:
        names = ", ".join(name_of(snapshot) for snapshot in snapshots)
        parts.append(f"{counted(len(snapshots), 'snapshot')}: {names}")
    if total := total_size(snapshots):
        parts.append(f"{total}{_uploaded(snapshots)}")
    if why := reason(session, snapshots):
        parts.append(why)
    return " · ".join(parts)


def _components(snapshots: Sequence[Raw]) -> list[Raw]:
    return [
        component
        for snapshot in snapshots
        for component in mapping(snapshot, "status", "components").values()
    ]


def _component_errors(snapshots: Sequence[Raw]) -> list[str]:
    return [
        f"{name}: {error}"
        for snapshot in snapshots
        for name, component in sorted(mapping(snapshot, "status", "components").items())
        if (error := text(component, "error"))
    ] + [
        message
        for snapshot in snapshots
        for entry in items(snapshot, "status", "conditions")
        if entry.get("type") == "BackupIncomplete" and entry.get("status") == "True"
        if (message := text(entry, "message"))
    ]


def _condition_messages(session: Raw) -> list[str]:
    bad_when_true = {POD_PENDING_TOO_LONG.type, SNAPSHOT_CLEANUP_INCOMPLETE.type}
    return [
        text(entry, "message") or text(entry, "reason")
        for entry in items(session, "status", "conditions")
        if entry.get("status") == ("True" if entry.get("type") in bad_when_true else "False")
        and entry.get("type") != BACKUP_SKIPPED.type
    ]


def _retention(session: Raw) -> list[str]:
    return [
        f"retention on {text(entry, 'repository')}: {error}"
        for entry in items(session, "status", "retentionPolicy")
        if (error := text(entry, "error"))
    ]


def _uploaded(snapshots: Sequence[Raw]) -> str:
    texts = [
        text(stats, "summary", "uploaded")
        for snapshot in snapshots
        for component in mapping(snapshot, "status", "components").values()
        for stats in items(component, "resticStats")
    ]
    total = size.total([known for known in texts if known])
    return f" (+{total} new)" if total else ""
