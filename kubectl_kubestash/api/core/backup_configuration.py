"""BackupConfiguration: what is backed up, where to, and when."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..addon_info import AddonInfo
from ..hooks import BackupHooks
from ..markers import SERVER_DEFAULT, Int32, Minimum
from ..meta import (
    Conditions,
    KubeModel,
    KubeResource,
    ObjectReference,
    OpenEnum,
    ResourceFoundStatus,
    TypedObjectReference,
)
from ..repository_info import RepositoryInfo
from ..resources import BACKUP_CONFIGURATION
from ..scheduler import Scheduler
from ..storage.repository import RepositoryPhase


class BackupConfigurationPhase(OpenEnum):
    """Whether backups are made."""

    NOT_READY = "NotReady"
    READY = "Ready"
    INVALID = "Invalid"


class Backend(KubeModel):
    """A storage that backups go to."""

    name: str = ""
    """Name by which sessions refer to it; may be empty when it is the only one."""

    storage_ref: ObjectReference | None = None
    """The BackupStorage; the default one of the namespace when empty."""

    retention_policy: ObjectReference | None = None
    """The RetentionPolicy; the default one of the namespace when empty."""


class RetryConfig(KubeModel):
    """Whether a failed run is tried again."""

    max_retry: Annotated[Int32, SERVER_DEFAULT, Minimum(1)] = 1
    """How many more runs there may be after a failed one. Default: 1."""

    delay: str = ""
    """How long to wait before the next one, such as `10m`; not at all when empty."""


class Session(KubeModel):
    """Something that is backed up together, at one time."""

    name: str = ""
    """Name of the session, unique in the configuration."""

    scheduler: Scheduler | None = None
    """When it is run; without it, on request only."""

    hooks: BackupHooks = Field(default_factory=BackupHooks)
    """What is run before and after."""

    retry_config: RetryConfig | None = None
    """Whether a failed run is tried again; not when empty."""

    backup_timeout: str = ""
    """Limit of a run, such as `2h`; the operator's limit holds when empty."""

    session_history_limit: Annotated[Int32, SERVER_DEFAULT] = 1
    """How many finished runs are kept, with their Jobs. Default: 1."""

    addon: AddonInfo = Field(default_factory=AddonInfo)
    """How the backup is made: an addon and its tasks."""

    repositories: tuple[RepositoryInfo, ...] = ()
    """Where the backup goes: a Repository for each, which the operator makes."""


class BackupConfigurationSpec(KubeModel):
    """What is backed up, where to, and when."""

    target: TypedObjectReference | None = None
    """The application that is backed up; none for a backup of the cluster's own objects."""

    backends: tuple[Backend, ...] = ()
    """The storages that backups go to; the default one of the namespace when empty."""

    sessions: tuple[Session, ...] = ()
    """What is run and when; at least one."""

    paused: bool = False
    """Whether no more backups are started."""


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


class BackupConfigurationStatus(KubeModel):
    """What was observed about a configuration."""

    phase: BackupConfigurationPhase = BackupConfigurationPhase.NOT_READY
    """`Ready` when the target, all backends and all schedulers are there, `Invalid` when the
    configuration cannot be right, else `NotReady`."""

    target_found: bool | None = None
    """Whether the target is there; true when none is named."""

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


class BackupConfiguration(KubeResource):
    """What is backed up, where to, and when."""

    resource: ClassVar = BACKUP_CONFIGURATION

    spec: BackupConfigurationSpec = Field(default_factory=BackupConfigurationSpec)
    """What is backed up, where to, and when."""

    status: BackupConfigurationStatus = Field(default_factory=BackupConfigurationStatus)
    """What was observed about it."""

    def session(self, name: str) -> Session | None:
        """The session of this name, or None."""
        return next((session for session in self.spec.sessions if session.name == name), None)

    def backend(self, name: str) -> Backend | None:
        """The backend of this name, or None; an empty name means the only one, if there is one."""
        backends = self.spec.backends
        if not name and len(backends) == 1:
            return backends[0]
        return next((backend for backend in backends if backend.name == name), None)
