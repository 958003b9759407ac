"""Which Jobs look after a backend: initialise it, finish a session, clean up?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.core.backup_session import BackupSession
    from ..api.resources import ObjectKey
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from .image import Image
    from .manifest import Object


def init_storage_job(storage: BackupStorage, *, image: Image, inputs: str = "") -> Object:
    """The Job that writes the backend's metadata, or finds what is already there."""
    raise NotImplementedError


def init_repository_job(
    repository: Repository, storage: BackupStorage, *, image: Image, inputs: str = ""
) -> Object:
    """The Job that writes repository.yaml into the Repository's directory."""
    raise NotImplementedError


def finish_job(
    session: BackupSession,
    *,
    repositories: Sequence[Repository],
    storages: Sequence[BackupStorage],
    image: Image,
    job_template: Mapping[str, Any] | None = None,
) -> Object:
    """The Job that uploads the Snapshots of a session and applies the retention policies."""
    raise NotImplementedError


def cleanup_job(
    kind: str,
    key: ObjectKey,
    *,
    storage: BackupStorage,
    image: Image,
    repository: Repository | None = None,
) -> Object:
    """The Job that removes the data of a BackupStorage, Repository or Snapshot."""
    raise NotImplementedError
