"""What is run when, and where it goes: the parts that BackupConfigurations and others share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..addon_info import AddonInfo
from ..hooks import BackupHooks
from ..markers import SERVER_DEFAULT, Int32
from ..meta import KubeModel, ObjectReference
from ..repository_info import RepositoryInfo
from ..retry_config import RetryConfig
from ..scheduler import Scheduler


class Backend(KubeModel):
    """A storage that backups go to."""

    name: str = ""
    """Name by which sessions refer to it; may be empty when it is the only one."""

    storage_ref: ObjectReference | None = None
    """The BackupStorage; the default one of the namespace when empty."""

    retention_policy: ObjectReference | None = None
    """The RetentionPolicy; the default one of the namespace when empty."""


class SessionSettings(KubeModel):
    """When something is backed up, and what surrounds it."""

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


class Session(SessionSettings):
    """Something that is backed up together, at one time."""

    addon: AddonInfo = Field(default_factory=AddonInfo)
    """How the backup is made: an addon and its tasks."""

    repositories: tuple[RepositoryInfo, ...] = ()
    """Where the backup goes: a Repository for each, which the operator makes."""
