"""What do the backends of a configuration, or of a blueprint, name?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.core.session import Backend
    from ..api.resources import ObjectKey


def storage_keys(backends: Iterable[Backend], home: str) -> list[ObjectKey]:
    """The BackupStorages that these backends name."""
    return [backend.storage_ref.key(home) for backend in backends if backend.storage_ref]


def policy_keys(backends: Iterable[Backend], home: str) -> list[ObjectKey]:
    """The RetentionPolicies that these backends name."""
    return [backend.retention_policy.key(home) for backend in backends if backend.retention_policy]
