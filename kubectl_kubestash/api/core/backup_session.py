"""BackupSession: one run of one session."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from ..hooks import HookStatus
from ..invoker import Invoker
from ..markers import Int32
from ..meta import (
    Conditions,
    KubeModel,
    KubeResource,
    ObjectReference,
    OpenEnum,
    TypedObjectReference,
)
from ..resources import BACKUP_SESSION, ObjectKey
from ..storage.phases import SnapshotPhase


class BackupSessionPhase(OpenEnum):
    """How far a run is."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self in {self.SUCCEEDED, self.FAILED, self.SKIPPED}


class RetentionPolicyPhase(OpenEnum):
    """How far the removal of old Snapshots is."""

    PENDING = "Pending"
    APPLIED = "Applied"
    FAILED_TO_APPLY = "FailedToApply"

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self in {self.APPLIED, self.FAILED_TO_APPLY}


class BackupSessionSpec(KubeModel):
    """What is run. Cannot be changed."""

    invoker: Invoker | None = None
    """Whose session is run."""

    session: str = ""
    """Which of its sessions is run."""

    retry_left: Int32 = 0
    """How many more runs there may be if this one fails. Default: 0."""

    backup_timeout: str = ""
    """Limit of the run, such as `2h`; the operator's limit holds when empty."""


class SessionSnapshot(KubeModel):
    """A Snapshot that the run takes."""

    name: str = ""
    """Name of the Snapshot."""

    phase: SnapshotPhase = SnapshotPhase.PENDING
    """How far it is."""

    app_ref: TypedObjectReference | None = None
    """The application that is backed up."""

    repository: str = ""
    """The Repository that it goes to."""


class AppliedRetentionPolicy(KubeModel):
    """The removal of old Snapshots from one Repository."""

    ref: ObjectReference | None = None
    """The RetentionPolicy."""

    repository: str = ""
    """The Repository."""

    phase: RetentionPolicyPhase = RetentionPolicyPhase.PENDING
    """How far it is."""

    error: str = ""
    """Why it failed."""


class BackupSessionStatus(KubeModel):
    """What was observed about a run."""

    phase: BackupSessionPhase = BackupSessionPhase.PENDING
    """How far the run is."""

    duration: str = ""
    """How long the run took, such as `1m5s`."""

    backup_deadline: datetime | None = None
    """Past this moment the run counts as failed."""

    total_snapshots: Int32 = 0
    """How many Snapshots are taken."""

    snapshots: tuple[SessionSnapshot, ...] = ()
    """The Snapshots that are taken, one for each Repository."""

    hooks: HookStatus | None = None
    """What came of the hooks."""

    retention_policy: tuple[AppliedRetentionPolicy, ...] = ()
    """What came of the removal of old Snapshots, one entry for each Repository."""

    retried: bool | None = None
    """Whether another run was started because this one failed."""

    next_retry: datetime | None = None
    """When that run will start."""

    conditions: Conditions = ()
    """Each step of the run and how it went."""


class BackupSession(KubeResource):
    """One run of one session of a BackupConfiguration or BackupBatch."""

    resource: ClassVar = BACKUP_SESSION

    spec: BackupSessionSpec = Field(default_factory=BackupSessionSpec)
    """What is run."""

    status: BackupSessionStatus = Field(default_factory=BackupSessionStatus)
    """What was observed about it."""

    @property
    def invoker_key(self) -> ObjectKey:
        """Namespace and name of the invoker; the name is empty when there is none."""
        invoker = self.spec.invoker
        return ObjectKey(self.metadata.namespace, "" if invoker is None else invoker.name)
