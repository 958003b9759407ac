"""How the continuous archiving of transaction logs goes, which point-in-time recovery needs."""

from __future__ import annotations

from ..markers import Int64
from ..meta import KubeModel


class LogRange(KubeModel):
    """One batch of logs."""

    start: str = ""
    """Time of its first entry."""

    end: str = ""
    """Time of its last entry."""

    error: str = ""
    """Why it could not be pushed."""


class LogRetention(KubeModel):
    """One removal of old logs."""

    deleted_log_count: Int64 | None = None
    """How many logs were removed."""

    error: str = ""
    """Why it failed."""

    last_execution_time: str = ""
    """When it ran."""

    retention_period_applied: str = ""
    """How long logs are kept."""


class LogStats(KubeModel):
    """How the archiving goes."""

    start: str = ""
    """The earliest moment that can be recovered."""

    end: str = ""
    """The latest moment that can be recovered."""

    lsn: str = ""
    """Sequence number of the last log."""

    total_succeeded_count: Int64 | None = None
    """How many pushes succeeded."""

    total_failed_count: Int64 | None = None
    """How many pushes failed."""

    last_succeeded_stats: tuple[LogRange, ...] = ()
    """The last pushes that succeeded."""

    last_failed_stats: tuple[LogRange, ...] = ()
    """The last pushes that failed."""

    last_log_retention_stats: tuple[LogRetention, ...] = ()
    """The last removals of old logs."""
