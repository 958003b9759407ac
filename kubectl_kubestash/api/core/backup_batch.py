"""BackupBatch: several applications that are backed up in one run."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..addon_info import AddonInfo
from ..meta import KubeModel, KubeResource, ResourceFoundStatus, TypedObjectReference
from ..repository_info import RepositoryInfo
from ..resources import BACKUP_BATCH
from .invoker_status import InvokerStatus
from .session import Backend, SessionSettings


class BatchTarget(KubeModel):
    """One of the applications."""

    name: str = ""
    """Name by which the sessions refer to it, unique in the batch."""

    app_ref: TypedObjectReference | None = None
    """The application that is backed up."""


class BatchSessionTarget(KubeModel):
    """How one of the applications is backed up."""

    name: str = ""
    """Name of an entry of spec.targets."""

    addon: AddonInfo = Field(default_factory=AddonInfo)
    """How the backup of this application is made: an addon and its tasks."""

    repositories: tuple[RepositoryInfo, ...] = ()
    """Where its backup goes: a Repository for each, which the operator makes."""


class BatchSession(SessionSettings):
    """Applications that are backed up together, at one time."""

    targets: tuple[BatchSessionTarget, ...] = ()
    """The applications that this session backs up, and how."""


class BackupBatchSpec(KubeModel):
    """What is backed up together, where to, and when."""

    targets: tuple[BatchTarget, ...] = ()
    """The applications of the batch."""

    backends: tuple[Backend, ...] = ()
    """The storages that backups go to. A batch has no default one: at least one is named."""

    sessions: tuple[BatchSession, ...] = ()
    """What is run and when; at least one."""

    paused: bool = False
    """Whether no more backups are started; those that run go on. Default: false."""


class BackupBatchStatus(InvokerStatus):
    """What was observed about a batch."""

    targets: tuple[ResourceFoundStatus, ...] = ()
    """Whether each of the applications is there."""


class BackupBatch(KubeResource):
    """Several applications that are backed up in one run, such as a database and its files."""

    resource: ClassVar = BACKUP_BATCH

    spec: BackupBatchSpec = Field(default_factory=BackupBatchSpec)
    """What is backed up together, where to, and when."""

    status: BackupBatchStatus = Field(default_factory=BackupBatchStatus)
    """What was observed about it."""
