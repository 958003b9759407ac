"""What there is to say about a BackupVerifier and a BackupVerificationSession."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .description import Related, conditions, events, head, phase_with_reason, refer
from .fields import at, items, mapping, namespace_of, short_duration, text, texts

if TYPE_CHECKING:
    from .fields import Raw
    from .section import Section

_CHECKS = {
    "RestoreOnly": "RestoreOnly (the restore has to succeed)",
    "Query": "Query (the database has to hold what is asked for)",
    "Script": "Script (the script has to end with 0)",
}


def describe_backup_verifier(verifier: Raw, related: Related) -> list[Section]:
    """What it checks, where it restores to, and when."""
    option = mapping(verifier, "spec", "restoreOption")
    kind = text(verifier, "spec", "type")
    tasks = items(option, "addonInfo", "tasks")
    script = [
        text(verifier, "spec", "script", "location"),
        *texts(verifier, "spec", "script", "args"),
    ]
    return [
        head(
            verifier,
            related.now,
            ("Checks", _CHECKS.get(kind, kind)),
            ("Schedule", text(verifier, "spec", "scheduler", "schedule") or "no schedule"),
            ("Restores to", refer(at(option, "target"), namespace_of(verifier))),
            ("Addon", text(option, "addonInfo", "name")),
            ("Tasks", ", ".join(text(task, "name") for task in tasks)),
            ("Function", text(verifier, "spec", "function")),
            ("Script", " ".join(word for word in script if word)),
            ("Query", ", ".join(mapping(verifier, "spec", "query"))),
            ("Keeps", _history(verifier)),
        ),
        events(related.events, related.now),
    ]


def describe_backup_verification_session(session: Raw, related: Related) -> list[Section]:
    """Which backup was checked, and what came of it."""
    return [
        head(
            session,
            related.now,
            ("Invoker", refer(at(session, "spec", "invoker"))),
            ("Session", text(session, "spec", "session")),
            ("Repository", text(session, "spec", "repository")),
            ("Snapshot", text(session, "spec", "snapshot")),
            ("Phase", phase_with_reason(session)),
            ("Duration", short_duration(text(session, "status", "duration"))),
            ("Retries left", text(session, "spec", "retryLeft")),
        ),
        conditions(session, related.now),
        events(related.events, related.now),
    ]


def _history(verifier: Raw) -> str:
    limit = text(verifier, "spec", "sessionHistoryLimit") or "1"
    return f"{limit} finished {'session' if limit == '1' else 'sessions'}"
