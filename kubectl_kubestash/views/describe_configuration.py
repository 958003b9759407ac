"""What there is to say about a BackupConfiguration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_CONFIGURATION
from .describe_invoker import backends, repositories, runs, session_conditions, timing, work
from .description import Related, conditions, events, head, phase_with_reason, refer
from .fields import at, items, namespace_of
from .section import Section

if TYPE_CHECKING:
    from .fields import Raw


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
        backends(configuration),
        repositories(configuration, _wanted(configuration)),
        runs(configuration, BACKUP_CONFIGURATION.kind, related),
        *session_conditions(configuration, related),
        conditions(configuration, now),
        events(related.events, now),
    ]


def _phase(configuration: Raw) -> str:
    missing = at(configuration, "status", "targetFound") is False
    return f"{phase_with_reason(configuration)}{': the target does not exist' if missing else ''}"


def _wanted(configuration: Raw) -> list[Raw]:
    sessions = items(configuration, "spec", "sessions")
    return [repository for session in sessions for repository in items(session, "repositories")]


def _sessions(configuration: Raw, related: Related) -> Section:
    rows = tuple(
        (*timing(configuration, session, related), *work(session))
        for session in items(configuration, "spec", "sessions")
    )
    columns = ("NAME", "SCHEDULE", "NEXT RUN", "ADDON", "TASKS", "REPOSITORIES")
    return Section("Sessions", columns=columns, rows=rows)
