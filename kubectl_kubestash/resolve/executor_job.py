"""Which Jobs carry out a backup or a restore?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from ..api.addons.addon import Addon
    from ..api.addons.function import Function
    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.core.backup_session import BackupSession
    from ..api.core.restore_session import RestoreSession
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from ..api.storage.snapshot import Snapshot
    from .image import Image
    from .manifest import Object


@dataclass(frozen=True, kw_only=True)
class BackupJobInputs:
    """All that decides about the Jobs of one BackupSession."""

    session: BackupSession
    configuration: BackupConfiguration
    session_spec: Session
    addon: Addon
    functions: Mapping[str, Function | None]
    storages: Sequence[BackupStorage]
    repositories: Sequence[Repository]
    image: Image
    affinity: Mapping[str, Any] = field(default_factory=dict)
    remaining: timedelta | None = None
    """What is left of the session's time limit."""


@dataclass(frozen=True, kw_only=True)
class RestoreJobInputs:
    """All that decides about the Jobs of one RestoreSession."""

    session: RestoreSession
    snapshot: Snapshot
    repository: Repository
    storage: BackupStorage
    addon: Addon
    functions: Mapping[str, Function | None]
    image: Image
    affinity: Mapping[str, Any] = field(default_factory=dict)
    remaining: timedelta | None = None


def backup_jobs(inputs: BackupJobInputs) -> list[Object]:
    """The Jobs of a BackupSession. Raises SubstitutionError, UsageError, Unsupported."""
    raise NotImplementedError


def restore_jobs(inputs: RestoreJobInputs) -> list[Object]:
    """The Jobs of a RestoreSession. Raises SubstitutionError, UsageError, Unsupported."""
    raise NotImplementedError
