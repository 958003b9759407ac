"""Moments as objects tell them: in UTC, in whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def text(moment: datetime) -> str:
    """Such as 2026-11-22T00:38:23Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(moment: str | None) -> datetime | None:
    """The other way round; None for nothing."""
    return datetime.fromisoformat(moment) if moment else None


def this_second() -> datetime:
    """Now, as it can be told."""
    return datetime.now(UTC).replace(microsecond=0)


def now() -> str:
    """This second as text."""
    return text(this_second())


def in_seconds(seconds: int) -> str:
    """So many seconds from now as text."""
    return text(this_second() + timedelta(seconds=seconds))
