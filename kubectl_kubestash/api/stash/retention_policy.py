"""Which snapshots Stash keeps, as restic's own flags."""

from __future__ import annotations

from ..meta import KubeModel


class RetentionPolicy(KubeModel):
    """The flags of `restic forget`."""

    name: str = ""
    """Name of the policy, for people."""

    keep_last: int = 0
    """How many of the newest snapshots are kept; 0 means no such rule."""

    keep_hourly: int = 0
    """For how many hours the newest snapshot is kept; 0 means no such rule."""

    keep_daily: int = 0
    """For how many days the newest snapshot is kept; 0 means no such rule."""

    keep_weekly: int = 0
    """For how many weeks the newest snapshot is kept; 0 means no such rule."""

    keep_monthly: int = 0
    """For how many months the newest snapshot is kept; 0 means no such rule."""

    keep_yearly: int = 0
    """For how many years the newest snapshot is kept; 0 means no such rule."""

    keep_tags: tuple[str, ...] = ()
    """Tags whose snapshots are all kept."""

    prune: bool = False
    """Whether the data is removed, and not only the snapshots. Default: false."""

    dry_run: bool = False
    """Whether nothing is removed. Default: false."""
