"""When does a schedule run next?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def next_run(cron: str, *, after: datetime, zone: str = "") -> datetime | None:
    """The next run after this moment, in UTC; None when it never runs. Raises UsageError."""
    raise NotImplementedError


def check(cron: str) -> str:
    """What is wrong with the schedule; empty when nothing is."""
    raise NotImplementedError
