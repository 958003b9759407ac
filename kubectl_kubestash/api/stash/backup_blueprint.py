"""BackupBlueprint of Stash: the pattern of a Repository and a BackupConfiguration."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..meta import KubeResource
from ..usage_policy import UsagePolicy
from .backup_configuration import StashBackupSettings
from .repository import StashBackend
from .resources import BACKUP_BLUEPRINT


class BackupBlueprintSpec(StashBackupSettings):
    """What is made for each application that asks for it by annotation."""

    backend: StashBackend = Field(default_factory=StashBackend)
    """Where the data is; texts may hold variables such as ${TARGET_NAME}."""

    wipe_out: bool = False
    """Whether the data is erased together with the Repository. Default: false."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces may use the Repository."""

    backup_namespace: str = ""
    """Namespace of the BackupConfigurations; that of the application when empty."""

    repo_namespace: str = ""
    """Namespace of the Repositories; that of the application when empty."""


class BackupBlueprint(KubeResource):
    """The pattern of a Repository and a BackupConfiguration."""

    resource: ClassVar = BACKUP_BLUEPRINT

    spec: BackupBlueprintSpec = Field(default_factory=BackupBlueprintSpec)
    """What is made for each application."""
