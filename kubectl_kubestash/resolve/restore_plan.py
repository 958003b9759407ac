"""What would a restore bring back, and what would it overwrite?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api.core.restore_session import RestoreSession
    from ..api.meta import TypedObjectReference
    from ..api.storage.repository import Repository
    from ..api.storage.snapshot import Snapshot
    from .findings import Finding
    from .validation.restore_session import RestoreInputs


@dataclass(frozen=True, kw_only=True)
class RestorePlan:
    """What a RestoreSession comes down to."""

    snapshot: Snapshot | None
    repository: Repository | None
    components: tuple[str, ...]
    target: TypedObjectReference | None
    overwrites: str
    """One sentence: what is lost when the restore runs."""
    findings: tuple[Finding, ...]


def choose_snapshot(session: RestoreSession, snapshots: Sequence[Snapshot]) -> Snapshot | Finding:
    """The Snapshot that the session names, or why there is none."""
    raise NotImplementedError


def restore_plan(inputs: RestoreInputs) -> RestorePlan:
    """What the restore would do, with everything that speaks against it."""
    raise NotImplementedError
