"""May this BackupStorage be used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...api.storage.backup_storage import BackupStorage
    from ..findings import Finding


def storage_findings(storage: BackupStorage, others: Sequence[BackupStorage]) -> list[Finding]:
    """Everything that is wrong with this storage, seen beside the others of the cluster."""
    raise NotImplementedError
