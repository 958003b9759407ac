"""Whether backups can be made: the status of a BackupConfiguration or BackupBatch."""

from __future__ import annotations

from ..meta import Conditions, KubeModel, ObjectReference, OpenEnum, ResourceFoundStatus
from ..storage.phases import RepositoryPhase


class InvokerPhase(OpenEnum):
    """Whether backups are made."""

    NOT_READY = "NotReady"
    READY = "Ready"
    INVALID = "Invalid"


class BackendStorageStatus(KubeModel):
    """The storage of a backend."""

    ref: ObjectReference | None = None
    """The BackupStorage."""

    phase: str = ""
    """Its phase; empty when it is not there."""

    reason: str = ""
    """Why it cannot be used."""


class BackendPolicyStatus(KubeModel):
    """The retention policy of a backend."""

    ref: ObjectReference | None = None
    """The RetentionPolicy."""

    found: bool | None = None
    """Whether it is there."""

    reason: str = ""
    """Why it cannot be used."""


class BackendStatus(KubeModel):
    """Whether a backend can be used."""

    name: str = ""
    """Name of the backend."""

    ready: bool = False
    """Whether its storage is ready and its policy is there."""

    storage: BackendStorageStatus | None = None
    """Its storage."""

    retention_policy: BackendPolicyStatus | None = None
    """Its retention policy."""


class ConfiguredRepositoryStatus(KubeModel):
    """A Repository that was made for the configuration."""

    name: str = ""
    """Name of the Repository."""

    phase: RepositoryPhase = RepositoryPhase.NOT_READY
    """Its phase."""

    reason: str = ""
    """Why it is not ready."""

    verification_configured: bool | None = None
    """Whether a BackupVerifier checks the backups in it."""


class SessionStatus(KubeModel):
    """What was observed about a session."""

    name: str = ""
    """Name of the session."""

    next_schedule: str = ""
    """When it will run next, in RFC 3339."""

    conditions: Conditions = ()
    """SchedulerEnsured and InitialBackupTriggered."""


class InvokerStatus(KubeModel):
    """What was observed about whatever asks for backups."""

    phase: InvokerPhase = InvokerPhase.NOT_READY
    """`Ready` when the target, all backends and all schedulers are there, `Invalid` when the
    configuration cannot be right, else `NotReady`."""

    backends: tuple[BackendStatus, ...] = ()
    """Whether each backend can be used."""

    repositories: tuple[ConfiguredRepositoryStatus, ...] = ()
    """The Repositories made for the configuration."""

    dependencies: tuple[ResourceFoundStatus, ...] = ()
    """Addons, Functions and other objects that are needed, and whether they are there."""

    sessions: tuple[SessionStatus, ...] = ()
    """What was observed about each session."""

    conditions: Conditions = ()
    """ValidationPassed."""
