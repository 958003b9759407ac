"""What BackupSessions and RestoreSessions have in common: both are runs, with phase and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fields import NONE, age_of, at, name_of, namespace_of, short_duration, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .fields import Raw

FINAL = frozenset({"Succeeded", "Failed", "Skipped", "Invalid", "Unknown"})
"""Backups are never Invalid or Unknown, restores are never Skipped."""


def phase(session: Raw) -> str:
    """The phase; Pending until the operator has seen the session."""
    return text(session, "status", "phase") or "Pending"


def is_final(session: Raw) -> bool:
    """Whether the session has ended."""
    return phase(session) in FINAL


def duration(session: Raw, now: datetime) -> str:
    """How long it took, or has been going on."""
    known = text(session, "status", "duration")
    if known:
        return short_duration(known)
    return NONE if is_final(session) or not at(session, "status") else age_of(session, now)


def newest_last(runs: Iterable[Raw]) -> list[Raw]:
    """By namespace, then by time."""
    return sorted(runs, key=lambda session: (namespace_of(session), *_order(session)))


def _order(session: Raw) -> tuple[str, str]:
    return text(session, "metadata", "creationTimestamp"), name_of(session)
