"""What BackupConfigurations and BackupBatches have in common: backends, repositories, runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import backup_session, run
from .description import Related, conditions
from .fields import NONE, age_of, at, items, moment, name_of, namespace_of, reference, text
from .section import Section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .fields import Raw

MAX_RUNS = 10


def timing(invoker: Raw, session: Raw, related: Related) -> tuple[str, str, str]:
    """A session's name, its schedule, and when it runs next."""
    states = {text(s, "name"): s for s in items(invoker, "status", "sessions")}
    following = at(states.get(text(session, "name")), "nextSchedule")
    when = moment(following, related.now) if following else NONE
    return text(session, "name"), text(session, "scheduler", "schedule") or "no schedule", when


def work(entry: Raw) -> tuple[str, str, str]:
    """The addon, the tasks and the repositories that a session, or its part for a target, names."""
    return (
        text(entry, "addon", "name"),
        ", ".join(text(task, "name") for task in items(entry, "addon", "tasks")),
        ", ".join(text(repository, "name") for repository in items(entry, "repositories")),
    )


def backends(invoker: Raw) -> Section:
    """Where its backups go, and whether they can."""
    home = namespace_of(invoker)
    states = {text(b, "name"): b for b in items(invoker, "status", "backends")}
    rows = []
    for backend in items(invoker, "spec", "backends"):
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


def repositories(invoker: Raw, wanted: Iterable[Raw]) -> Section:
    """The Repositories that its sessions name, and how they are."""
    states = {text(r, "name"): r for r in items(invoker, "status", "repositories")}
    entries = {text(repo, "name"): repo for repo in wanted}
    rows = tuple(
        (
            name,
            text(entry, "directory") or NONE,
            reference(entry.get("encryptionSecret"), namespace_of(invoker)),
            text(entry, "deletionPolicy") or "Delete",
            text(states.get(name), "phase") or NONE,
            text(states.get(name), "reason"),
        )
        for name, entry in entries.items()
    )
    columns = ("NAME", "DIRECTORY", "ENCRYPTED BY", "DELETION", "PHASE", "REASON")
    return Section("Repositories", columns=columns, rows=rows)


def runs(invoker: Raw, kind: str, related: Related) -> Section:
    """Its last runs, the newest at the end."""
    stored = backup_session.by_session(related.snapshots)
    mine = [
        session
        for session in related.backup_sessions
        if text(session, "spec", "invoker", "name") == name_of(invoker)
        and text(session, "spec", "invoker", "kind") == kind
    ]
    rows = []
    for session in run.newest_last(mine)[-MAX_RUNS:]:
        snapshots = stored.get(name_of(session), [])
        rows.append(
            (
                name_of(session),
                run.phase(session),
                backup_session.total_size(snapshots) or NONE,
                run.duration(session, related.now),
                age_of(session, related.now),
                backup_session.reason(session, snapshots),
            )
        )
    columns = ("NAME", "PHASE", "SIZE", "DURATION", "AGE", "REASON")
    return Section("Last runs", columns=columns, rows=tuple(rows))


def session_conditions(invoker: Raw, related: Related) -> list[Section]:
    """The conditions of those sessions that something is wrong with."""
    return [
        conditions(session, related.now, "conditions", title=f"Session {text(session, 'name')}")
        for session in items(invoker, "status", "sessions")
        if any(entry.get("status") != "True" for entry in items(session, "conditions"))
    ]
