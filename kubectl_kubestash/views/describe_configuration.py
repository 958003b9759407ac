"""What there is to say about a BackupConfiguration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import backup_session
from .description import Related, conditions, events, head, phase_with_reason, refer
from .fields import NONE, age_of, at, items, moment, name_of, namespace_of, reference, text
from .section import Section

if TYPE_CHECKING:
    from .fields import Raw

MAX_RUNS = 10


def describe_backup_configuration(configuration: Raw, related: Related) -> list[Section]:
    """What is backed up, when, where to, and how the last runs went."""
    home, now = namespace_of(configuration), related.now
    paused = at(configuration, "spec", "paused")
    return [
        head(
            configuration,
            now,
            ("Target", refer(at(configuration, "spec", "target"), home) or "none"),
            ("Phase", _phase(configuration)),
            ("Paused", "yes: no scheduled run will start" if paused else ""),
        ),
        _sessions(configuration, related),
        _backends(configuration),
        _repositories(configuration),
        _runs(configuration, related),
        *_session_conditions(configuration, related),
        conditions(configuration, now),
        events(related.events, now),
    ]


def _phase(configuration: Raw) -> str:
    missing = at(configuration, "status", "targetFound") is False
    return f"{phase_with_reason(configuration)}{': the target does not exist' if missing else ''}"


def _sessions(configuration: Raw, related: Related) -> Section:
    states = {text(s, "name"): s for s in items(configuration, "status", "sessions")}
    rows = []
    for session in items(configuration, "spec", "sessions"):
        following = at(states.get(text(session, "name")), "nextSchedule")
        rows.append(
            (
                text(session, "name"),
                text(session, "scheduler", "schedule") or "no schedule",
                moment(following, related.now) if following else NONE,
                text(session, "addon", "name"),
                ", ".join(text(task, "name") for task in items(session, "addon", "tasks")),
                ", ".join(text(repo, "name") for repo in items(session, "repositories")),
            )
        )
    columns = ("NAME", "SCHEDULE", "NEXT RUN", "ADDON", "TASKS", "REPOSITORIES")
    return Section("Sessions", columns=columns, rows=tuple(rows))


def _backends(configuration: Raw) -> Section:
    home = namespace_of(configuration)
    states = {text(b, "name"): b for b in items(configuration, "status", "backends")}
    rows = []
    for backend in items(configuration, "spec", "backends"):
        state = states.get(text(backend, "name"))
        ready = at(state, "ready")
        problem = text(state, "storage", "reason") or text(state, "retentionPolicy", "reason")
        rows.append(
            (
                text(backend, "name") or "(default)",
                reference(backend.get("storageRef"), home),
                _policy(backend, state, home),
                ("yes" if ready else f"no: {problem}" if problem else "no") if state else NONE,
            )
        )
    columns = ("NAME", "STORAGE", "RETENTION POLICY", "READY")
    return Section("Backends", columns=columns, rows=tuple(rows))


def _policy(backend: Raw, state: Raw | None, home: str) -> str:
    """The policy that is named, or the default one that the operator has found."""
    if backend.get("retentionPolicy"):
        return reference(backend["retentionPolicy"], home)
    found = at(state, "retentionPolicy", "ref")
    return f"{reference(found, home)} (default)" if found else NONE


def _repositories(configuration: Raw) -> Section:
    states = {text(r, "name"): r for r in items(configuration, "status", "repositories")}
    entries = {
        text(repo, "name"): repo
        for session in items(configuration, "spec", "sessions")
        for repo in items(session, "repositories")
    }
    rows = tuple(
        (
            name,
            text(entry, "directory") or NONE,
            reference(entry.get("encryptionSecret"), namespace_of(configuration)),
            text(entry, "deletionPolicy") or "Delete",
            text(states.get(name), "phase") or NONE,
            text(states.get(name), "reason"),
        )
        for name, entry in entries.items()
    )
    columns = ("NAME", "DIRECTORY", "ENCRYPTED BY", "DELETION", "PHASE", "REASON")
    return Section("Repositories", columns=columns, rows=rows)


def _runs(configuration: Raw, related: Related) -> Section:
    stored = backup_session.by_session(related.snapshots)
    mine = [
        session
        for session in related.backup_sessions
        if text(session, "spec", "invoker", "name") == name_of(configuration)
    ]
    rows = []
    for session in backup_session.newest_last(mine)[-MAX_RUNS:]:
        snapshots = stored.get(name_of(session), [])
        rows.append(
            (
                name_of(session),
                backup_session.phase(session),
                backup_session.total_size(snapshots) or NONE,
                backup_session.duration(session, related.now),
                age_of(session, related.now),
                backup_session.reason(session, snapshots),
            )
        )
    columns = ("NAME", "PHASE", "SIZE", "DURATION", "AGE", "REASON")
    return Section("Last runs", columns=columns, rows=tuple(rows))


def _session_conditions(configuration: Raw, related: Related) -> list[Section]:
    return [
        conditions(session, related.now, "conditions", title=f"Session {text(session, 'name')}")
        for session in items(configuration, "status", "sessions")
        if any(entry.get("status") != "True" for entry in items(session, "conditions"))
    ]
