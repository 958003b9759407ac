"""BackupConfiguration: what is backed up, where to, and when."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..meta import KubeModel, KubeResource, TypedObjectReference
from ..resources import BACKUP_CONFIGURATION
from .invoker_status import InvokerPhase as BackupConfigurationPhase
from .invoker_status import InvokerStatus
from .session import Backend, Session

__all__ = ["Backend", "BackupConfiguration", "BackupConfigurationPhase", "Session"]


class BackupConfigurationSpec(KubeModel):
    """What is backed up, where to, and when."""

    target: TypedObjectReference | None = None
    """The application that is backed up; none for a backup of the cluster's own objects."""

    backends: tuple[Backend, ...] = ()
    """The storages that backups go to; the default one of the namespace when empty."""

    sessions: tuple[Session, ...] = ()
    """What is run and when; at least one."""

    paused: bool = False
    """Whether no more backups are started; those that run go on. Default: false."""


class BackupConfigurationStatus(InvokerStatus):
    """What was observed about a configuration."""

    target_found: bool | None = None
    """Whether the target is there; true when none is named."""


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
