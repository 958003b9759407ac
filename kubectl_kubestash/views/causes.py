"""Why is a run where it is? From the session down to what a tool or the cluster said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..resolve.conditions import (
    POD_PENDING_TOO_LONG,
    RESTORE_INCOMPLETE,
    SNAPSHOT_CLEANUP_INCOMPLETE,
)
from . import run
from .fields import age_of, items, mapping, name_of, namespace_of, since, text, time_of
from .signs import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from .fields import Raw

_BAD_WHEN_TRUE = {
    POD_PENDING_TOO_LONG.type,
    SNAPSHOT_CLEANUP_INCOMPLETE.type,
    RESTORE_INCOMPLETE.type,
    "BackupIncomplete",
    "BackupSkipped",
}


class Cause(NamedTuple):
    """One link of the chain."""

    depth: int
    """0 for the run itself; a cause stands below what it has caused."""

    state: str
    """As of a step: `done`, `failed`, `running`, `waiting` or `skipped`."""

    text: str
    lines: tuple[str, ...] = ()
    """What was said, as it was said."""


def of_backup(
    session: Raw, snapshots: Sequence[Raw], events: Sequence[Raw], now: datetime
) -> list[Cause]:
    """The chain of a BackupSession."""
    duration = run.duration(session, now)
    chain = [_head("BackupSession", session, run.phase(session), duration, now)]
    for snapshot in snapshots:
        chain += _of_snapshot(snapshot)
    chain += _conditions(session, 1)
    for entry in items(session, "status", "retentionPolicy"):
        if error := text(entry, "error"):
            repository = text(entry, "repository")
            chain.append(Cause(1, "failed", f"retention on {repository}", _lines(error)))
    return [*chain, *_warnings(events, now)]


def of_restore(session: Raw, events: Sequence[Raw], now: datetime) -> list[Cause]:
    """The chain of a RestoreSession."""
    duration = run.duration(session, now)
    head = _head("RestoreSession", session, run.phase(session), duration, now)
    components = _components(mapping(session, "status", "components"), 1)
    return [head, *components, *_conditions(session, 1), *_warnings(events, now)]


def _head(kind: str, session: Raw, phase: str, duration: str, now: datetime) -> Cause:
    named = f"{kind} {namespace_of(session)}/{name_of(session)}"
    age = age_of(session, now)
    return Cause(0, state_of(phase), f"{named} {phase}, begun {age} ago, {duration} long")


def _of_snapshot(snapshot: Raw) -> Iterator[Cause]:
    phase = text(snapshot, "status", "phase") or "Pending"
    yield Cause(1, state_of(phase), f"Snapshot {name_of(snapshot)} {phase}")
    yield from _components(mapping(snapshot, "status", "components"), 2)
    yield from _conditions(snapshot, 2)


def _components(components: Mapping[str, Raw], depth: int) -> Iterator[Cause]:
    for name, component in sorted(components.items()):
        phase = text(component, "phase") or "Pending"
        error = text(component, "error")
        if error or phase != "Succeeded":
            pod = text(component, "claim", "pod")
            where = f" in pod {pod}" if pod else ""
            yield Cause(depth, state_of(phase), f"{name} {phase}{where}", _lines(error))


def _conditions(item: Raw, depth: int) -> Iterator[Cause]:
    for entry in items(item, "status", "conditions"):
        kind = text(entry, "type")
        if entry.get("status") == ("True" if kind in _BAD_WHEN_TRUE else "False"):
            said = text(entry, "message") or text(entry, "reason")
            yield Cause(
                depth, "skipped" if kind == "BackupSkipped" else "failed", kind, _lines(said)
            )


def _warnings(events: Sequence[Raw], now: datetime) -> Iterator[Cause]:
    for event in events:
        if text(event, "type") == "Warning":
            last = time_of(event.get("lastTimestamp")) or time_of(event.get("eventTime"))
            when = f" {since(last, now)} ago" if last else ""
            message = _lines(text(event, "message"))
            yield Cause(1, "failed", f"Event {text(event, 'reason')}{when}", message)


def _lines(said: str) -> tuple[str, ...]:
    return tuple(said.strip().splitlines())
