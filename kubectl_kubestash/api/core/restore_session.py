"""RestoreSession: one restore."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from ..addon_info import AddonInfo
from ..claim import Claim
from ..hooks import HookStatus, RestoreHooks
from ..markers import Int32, Int64
from ..meta import (
    Conditions,
    KubeModel,
    KubeResource,
    ObjectReference,
    OpenEnum,
    ResourceFoundStatus,
    TypedObjectReference,
)
from ..resources import RESTORE_SESSION
from .manifest_options import ManifestOptions


class RestorePhase(OpenEnum):
    """How far a restore, or one of its components, is."""

    PENDING = "Pending"
    RUNNING = "Running"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"
    INVALID = "Invalid"
    UNKNOWN = "Unknown"

    @property
    def is_final(self) -> bool:
        """Whether it has ended. Invalid has not: it starts as soon as it is put right."""
        return self in {self.FAILED, self.SUCCEEDED, self.UNKNOWN}


class PointInTime(KubeModel):
    """The moment to recover to."""

    target_time: datetime | None = None
    """The moment, in RFC 3339."""

    exclusive: bool = False
    """Whether to stop just before the moment and not just after it. Default: false."""


class DataSource(KubeModel):
    """What is restored."""

    namespace: str = ""
    """Namespace of the Repository and the Snapshot; that of the RestoreSession when empty."""

    repository: str = ""
    """Name of the Repository; may be empty when a Snapshot is named."""

    snapshot: str = ""
    """Name of the Snapshot, or `latest` for the newest successful one of the Repository."""

    pitr: PointInTime | None = None
    """The moment to recover to, in place of a Snapshot."""

    components: tuple[str, ...] = ()
    """The components to restore; all when empty."""

    encryption_secret: ObjectReference | None = None
    """Secret whose key RESTIC_PASSWORD decrypts the data; that of the Repository when empty."""


class RestoreSessionSpec(KubeModel):
    """What is restored, where to, and how."""

    target: TypedObjectReference | None = None
    """Where to restore to; the application that the Snapshot is of when empty."""

    data_source: DataSource | None = None
    """What is restored."""

    addon: AddonInfo = Field(default_factory=AddonInfo)
    """How it is restored: an addon and its tasks."""

    hooks: RestoreHooks = Field(default_factory=RestoreHooks)
    """What is run before and after."""

    restore_timeout: str = ""
    """Limit of the restore, such as `2h`; the operator's limit holds when empty."""

    manifest_options: ManifestOptions | None = None
    """How manifests are restored; for the task manifest-restore only."""


class RestoreProgress(KubeModel):
    """The figures while it runs, refreshed every ten seconds."""

    seconds_elapsed: Int64 | None = None
    """Seconds since the start."""

    percent_done: str = ""
    """Share of the bytes that is done, such as `7.48%`."""

    total_files: Int64 | None = None
    """How many files are to be restored."""

    files_done: Int64 | None = None
    """How many files were restored."""

    restore_done: str = ""
    """How much was restored, such as `393.9MB`."""

    total: str = ""
    """How much is to be restored, such as `5.3GB`."""

    speed: str = ""
    """How much is restored in a second, such as `65.7MB/s`."""


class RestoreComponent(KubeModel):
    """One part of the restore: a dump, or the files of one pod."""

    phase: RestorePhase = RestorePhase.PENDING
    """How far it is."""

    duration: str = ""
    """How long it took, such as `10.595s`."""

    error: str = ""
    """Why it failed: exit code and last lines of the tool."""

    claim: Claim | None = None
    """The pod that works on the component."""

    restored_files: Int64 | None = None
    """How many files are back in place."""

    restored_bytes: Int64 | None = None
    """How many bytes are back in place."""

    progress: RestoreProgress | None = None
    """The figures while it runs."""


class RestoreSessionStatus(KubeModel):
    """What was observed about a restore."""

    phase: RestorePhase = RestorePhase.PENDING
    """How far the restore is."""

    target_found: bool | None = None
    """Whether the target is there."""

    duration: str = ""
    """How long the restore took, such as `1m5s`."""

    restore_deadline: datetime | None = None
    """Past this moment the restore counts as failed."""

    total_components: Int32 = 0
    """How many components are to be restored."""

    components: dict[str, RestoreComponent] = Field(default_factory=dict)
    """The components by name."""

    hooks: HookStatus | None = None
    """What came of the hooks."""

    dependencies: tuple[ResourceFoundStatus, ...] = ()
    """The Snapshot, the Addon and other objects that are needed, and whether they are there."""

    paused_backups: tuple[TypedObjectReference, ...] = ()
    """The BackupConfigurations that are paused until the restore has ended."""

    conditions: Conditions = ()
    """Each step of the restore and how it went."""


class RestoreSession(KubeResource):
    """One restore of a Snapshot."""

    resource: ClassVar = RESTORE_SESSION

    spec: RestoreSessionSpec = Field(default_factory=RestoreSessionSpec)
    """What is restored, where to, and how."""

    status: RestoreSessionStatus = Field(default_factory=RestoreSessionStatus)
    """What was observed about it."""
