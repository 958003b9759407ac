"""What there is to say about a BackupSession, a RestoreSession and a Snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_BATCH
from . import backup_session, restore_session, run, size
from .description import Related, conditions, events, head, phase_with_reason, refer
from .fields import (
    NONE,
    at,
    items,
    mapping,
    moment,
    name_of,
    namespace_of,
    short_duration,
    text,
    texts,
)
from .section import Section
from .steps import component_step

if TYPE_CHECKING:
    from .fields import Raw


def describe_backup_session(session: Raw, related: Related) -> list[Section]:
    """The run, its steps, what it stored and what retention did."""
    now = related.now
    snapshots = backup_session.by_session(related.snapshots).get(name_of(session), [])
    why = backup_session.reason(session, snapshots)
    phase = run.phase(session)
    return [
        head(
            session,
            now,
            (_invoker_label(session), text(session, "spec", "invoker", "name")),
            ("Session", text(session, "spec", "session")),
            ("Phase", f"{phase}: {why}" if why else phase),
            ("Duration", run.duration(session, now)),
            ("Size", backup_session.total_size(snapshots)),
            ("Deadline", _time(session, related, "status", "backupDeadline")),
            ("Retries left", text(session, "spec", "retryLeft")),
            ("Next retry", _time(session, related, "status", "nextRetry")),
            ("Waiting for", backup_session.stuck(session)),
        ),
        Section("Steps", steps=tuple(backup_session.steps(session, snapshots))),
        _snapshots_of(session, snapshots),
        _retention_of(session),
        conditions(session, now),
        events(related.events, now),
    ]


def describe_restore_session(session: Raw, related: Related) -> list[Section]:
    """The run, its steps and what came back."""
    now = related.now
    why = restore_session.reason(session)
    phase = run.phase(session)
    return [
        head(
            session,
            now,
            ("Repository", text(session, "spec", "dataSource", "repository")),
            ("Snapshot", text(session, "spec", "dataSource", "snapshot")),
            ("Components", ", ".join(texts(session, "spec", "dataSource", "components"))),
            ("Target", restore_session.target(session)),
            ("Addon", text(session, "spec", "addon", "name")),
            ("Tasks", ", ".join(text(t, "name") for t in items(session, "spec", "addon", "tasks"))),
            ("Phase", f"{phase}: {why}" if why else phase),
            ("Duration", run.duration(session, now)),
            ("Deadline", _time(session, related, "status", "restoreDeadline")),
        ),
        Section("Steps", steps=tuple(restore_session.steps(session))),
        conditions(session, now),
        events(related.events, now),
    ]


def describe_snapshot(snapshot: Raw, related: Related) -> list[Section]:
    """What was stored, from where, and whether it is sound."""
    now = related.now
    components = sorted(mapping(snapshot, "status", "components").items())
    return [
        head(
            snapshot,
            now,
            ("Repository", text(snapshot, "spec", "repository")),
            ("Session", text(snapshot, "spec", "session")),
            ("BackupSession", text(snapshot, "spec", "backupSession")),
            ("Application", refer(at(snapshot, "spec", "appRef"))),
            ("ID", text(snapshot, "spec", "snapshotID")),
            ("Phase", phase_with_reason(snapshot)),
            ("Taken", _time(snapshot, related, "status", "snapshotTime")),
            ("Size", size.brief(text(snapshot, "status", "size"))),
            ("Integrity", _integrity(at(snapshot, "status", "integrity"))),
            ("Verified", text(snapshot, "status", "verificationStatus")),
            ("Deletion", _deletion(text(snapshot, "spec", "deletionPolicy"))),
        ),
        Section(
            "Components",
            steps=tuple(component_step(name, component) for name, component in components),
        ),
        _stored(components),
        conditions(snapshot, now),
        events(related.events, now),
    ]


def _invoker_label(session: Raw) -> str:
    is_batch = text(session, "spec", "invoker", "kind") == BACKUP_BATCH.kind
    return "Batch" if is_batch else "Configuration"


def _snapshots_of(session: Raw, snapshots: list[Raw]) -> Section:
    by_name = {name_of(snapshot): snapshot for snapshot in snapshots}
    rows = tuple(
        (
            text(entry, "name"),
            text(entry, "repository"),
            text(entry, "phase"),
            size.brief(text(by_name.get(text(entry, "name")), "status", "size")) or NONE,
        )
        for entry in items(session, "status", "snapshots")
    )
    return Section("Snapshots", columns=("NAME", "REPOSITORY", "PHASE", "SIZE"), rows=rows)


def _retention_of(session: Raw) -> Section:
    rows = tuple(
        (
            text(entry, "repository"),
            refer(entry.get("ref"), namespace_of(session)),
            text(entry, "phase"),
            text(entry, "error"),
        )
        for entry in items(session, "status", "retentionPolicy")
    )
    return Section("Retention", columns=("REPOSITORY", "POLICY", "PHASE", "ERROR"), rows=rows)


def _stored(components: list[tuple[str, Raw]]) -> Section:
    rows = []
    for name, component in components:
        for stats in items(component, "resticStats"):
            summary = mapping(stats, "summary") or stats
            rows.append(
                (
                    name,
                    text(summary, "hostPath") or NONE,
                    text(summary, "files") or NONE,
                    size.brief(text(summary, "size")) or NONE,
                    size.brief(text(summary, "uploaded")) or NONE,
                    text(summary, "id")[:8] or NONE,
                    short_duration(text(component, "duration")) or NONE,
                )
            )
    columns = ("COMPONENT", "PATH", "FILES", "READ", "NEW DATA", "RESTIC ID", "TOOK")
    return Section("Stored", columns=columns, rows=tuple(rows))


def _time(item: Raw, related: Related, *path: str) -> str:
    value = at(item, *path)
    return moment(value, related.now) if value else ""


def _integrity(value: object) -> str:
    return (
        {True: "ok", False: "broken"}.get(value, "not checked") if isinstance(value, bool) else ""
    )


def _deletion(policy: str) -> str:
    meanings = {
        "Delete": "Delete (the data stays when the object is deleted)",
        "WipeOut": "WipeOut (the data is erased with the object)",
    }
    return meanings.get(policy, policy)
