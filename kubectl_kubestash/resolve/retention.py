"""Which Snapshots stay, and which may go?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from ..api.storage.retention_policy import RetentionPolicy
    from ..api.storage.snapshot import Snapshot


@dataclass(frozen=True)
class Verdict:
    """What becomes of one Snapshot, and why."""

    snapshot: Snapshot
    keep: bool
    reasons: tuple[str, ...]


def judge(
    snapshots: Sequence[Snapshot],
    policy: RetentionPolicy,
    *,
    now: datetime,
    in_use: Collection[str] = (),
) -> list[Verdict]:
    """One verdict for each Snapshot, newest first. `in_use` are names of Snapshots being read."""
    raise NotImplementedError
