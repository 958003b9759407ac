"""Repository: the backups of one application in one directory of a BackupStorage."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from ..deletion_policy import DeletionPolicy
from ..markers import SERVER_DEFAULT, Int32
from ..meta import (
    Conditions,
    KubeModel,
    KubeResource,
    ObjectReference,
    TypedObjectReference,
)
from ..resources import REPOSITORY
from .phases import RepositoryPhase, SnapshotPhase

__all__ = ["RecentSnapshot", "Repository", "RepositoryPhase", "RepositorySpec", "RepositoryStatus"]


class RepositorySpec(KubeModel):
    """Whose backups a Repository holds, and where."""

    app_ref: TypedObjectReference | None = None
    """The application whose backups these are; named `na` when there is no single one."""

    storage_ref: ObjectReference | None = None
    """The BackupStorage that holds the data."""

    path: str = ""
    """Directory of the data, relative to the prefix of the storage. Cannot be changed; no two
    Repositories of a storage may share it."""

    deletion_policy: Annotated[DeletionPolicy, SERVER_DEFAULT] = DeletionPolicy.DELETE
    """What becomes of the data when the Repository is deleted: `Delete` keeps it in the backend,
    `WipeOut` erases the directory. Default: Delete."""

    encryption_secret: ObjectReference | None = None
    """Secret whose key RESTIC_PASSWORD encrypts the data. Whoever loses it loses the backups."""

    paused: bool = False
    """Whether the operator leaves this object alone. Default: false."""


class RecentSnapshot(KubeModel):
    """A Snapshot in short."""

    name: str = ""
    """Name of the Snapshot."""

    phase: SnapshotPhase = SnapshotPhase.PENDING
    """How far it is."""

    session: str = ""
    """The session of the BackupConfiguration that took it."""

    size: str = ""
    """How much data it holds, such as `12.500 MiB`."""

    snapshot_time: datetime | None = None
    """When it was taken."""


class RepositoryStatus(KubeModel):
    """What was observed about a Repository."""

    phase: RepositoryPhase = RepositoryPhase.NOT_READY
    """`Ready` when the directory in the backend is there and ours, else `NotReady`."""

    last_backup_time: datetime | None = None
    """When the last successful backup was taken."""

    integrity: bool | None = None
    """Whether the data was whole when it was last checked; empty when it never was."""

    snapshot_count: Int32 = 0
    """How many Snapshots are kept."""

    size: str = ""
    """How much the data takes in the backend, such as `1.207 GiB`."""

    recent_snapshots: tuple[RecentSnapshot, ...] = ()
    """The five newest Snapshots, oldest first."""

    component_paths: tuple[str, ...] = ()
    """Directories of the components that were ever backed up, relative to spec.path. Each is a
    restic repository of its own."""

    restic_repositories: dict[str, str] = Field(default_factory=dict)
    """Id of the restic repository in each component path. A repository with another id is not the
    one that was written, and is left alone."""

    restic_configs: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of restic's config in each component path. While it is the same, so is the restic
    repository, and its id need not be read with the password."""

    conditions: Conditions = ()
    """RepositoryInitialized."""


class Repository(KubeResource):
    """The backups of one application in one directory of a BackupStorage. Made by the operator."""

    resource: ClassVar = REPOSITORY

    spec: RepositorySpec = Field(default_factory=RepositorySpec)
    """Whose backups the Repository holds, and where."""

    status: RepositoryStatus = Field(default_factory=RepositoryStatus)
    """What was observed about it."""
