"""BackupVerificationSession: one check of one Snapshot."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..invoker import Invoker
from ..markers import Int32
from ..meta import Conditions, KubeModel, KubeResource, OpenEnum
from ..resources import BACKUP_VERIFICATION_SESSION


class VerificationPhase(OpenEnum):
    """How far a check is."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"

    @property
    def is_final(self) -> bool:
        """Whether the check has ended."""
        return self in {self.SUCCEEDED, self.FAILED, self.SKIPPED}


class BackupVerificationSessionSpec(KubeModel):
    """What is checked. Not to be changed."""

    invoker: Invoker | None = None
    """Whose backup is checked."""

    session: str = ""
    """Which session of the invoker took the backup."""

    repository: str = ""
    """The Repository, in the same namespace, that holds the backup."""

    snapshot: str = ""
    """The Snapshot that is checked."""

    retry_left: Int32 = 0
    """How many more checks there may be if this one fails. Default: 0."""


class BackupVerificationSessionStatus(KubeModel):
    """What was observed about a check."""

    phase: VerificationPhase | None = None
    """How far the check is; empty until somebody has begun with it."""

    duration: str = ""
    """How long the check took, such as `1m5s`."""

    retried: bool | None = None
    """Whether another check was started because this one failed."""

    conditions: Conditions = ()
    """Each step of the check and how it went."""


class BackupVerificationSession(KubeResource):
    """One check of one Snapshot: a restore, and what a BackupVerifier asks for on top."""

    resource: ClassVar = BACKUP_VERIFICATION_SESSION

    spec: BackupVerificationSessionSpec = Field(default_factory=BackupVerificationSessionSpec)
    """What is checked."""

    status: BackupVerificationSessionStatus = Field(default_factory=BackupVerificationSessionStatus)
    """What was observed about it."""
