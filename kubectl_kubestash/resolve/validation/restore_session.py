"""May this RestoreSession run?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...api.addons.addon import Addon
    from ...api.addons.function import Function
    from ...api.core.restore_session import RestoreSession
    from ...api.storage.backup_storage import BackupStorage
    from ...api.storage.repository import Repository
    from ...api.storage.snapshot import Snapshot
    from ..findings import Finding


@dataclass(frozen=True, kw_only=True)
class RestoreInputs:
    """A RestoreSession and what it refers to. None means: looked for, not found."""

    session: RestoreSession
    namespace: Mapping[str, Any]
    """The raw Namespace of the session."""
    snapshot: Snapshot | None = None
    snapshots: Sequence[Snapshot] = ()
    """All Snapshots of the Repository."""
    repository: Repository | None = None
    storage: BackupStorage | None = None
    addon: Addon | None = None
    functions: Mapping[str, Function | None] = field(default_factory=dict)
    target_found: bool = True
    allow_cross_namespace: bool = True


def restore_findings(inputs: RestoreInputs) -> list[Finding]:
    """Everything that keeps this restore from running."""
    raise NotImplementedError
