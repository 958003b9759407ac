"""Which storage and which retention policy does a configuration use that names none?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.retention_policy import RetentionPolicy


def default_storage(
    storages: Iterable[BackupStorage], *, namespace: Mapping[str, Any]
) -> BackupStorage | None:
    """The default BackupStorage of this Namespace (raw), or None."""
    raise NotImplementedError


def default_policy(
    policies: Iterable[RetentionPolicy], *, namespace: Mapping[str, Any]
) -> RetentionPolicy | None:
    """The default RetentionPolicy of this Namespace (raw), or None."""
    raise NotImplementedError
