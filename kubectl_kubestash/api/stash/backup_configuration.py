"""BackupConfiguration of Stash: one target, one repository, one schedule."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..embedded import VolumeMount
from ..meta import KubeModel, KubeResource
from .invocation import RetryConfig, StashBackupHooks, StashInvocation, TargetReference
from .resources import BACKUP_CONFIGURATION
from .retention_policy import RetentionPolicy


class BackupTarget(KubeModel):
    """What is backed up."""

    alias: str = ""
    """Name of the backup in the repository, in place of a host name."""

    ref: TargetReference = Field(default_factory=TargetReference)
    """The application."""

    paths: tuple[str, ...] = ()
    """The directories to back up."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where volumes of the application are mounted."""

    replicas: int | None = None
    """How many pods of a StatefulSet there are, for volume snapshots."""

    snapshot_class_name: str = Field(default="", alias="snapshotClassName")
    """VolumeSnapshotClass to use."""

    exclude: tuple[str, ...] = ()
    """Patterns of files to leave out."""

    args: tuple[str, ...] = ()
    """More arguments for restic."""


class StashBackupSettings(StashInvocation):
    """How and when backups are made; what a BackupConfiguration and a BackupBlueprint share."""

    schedule: str = ""
    """When, in cron syntax."""

    hooks: StashBackupHooks | None = None
    """Actions around the backup."""

    retention_policy: RetentionPolicy = Field(default_factory=RetentionPolicy)
    """Which snapshots are kept."""

    backup_history_limit: int | None = None
    """How many finished runs are kept. Default: 1."""

    retry_config: RetryConfig | None = None
    """Whether a failed run is tried again."""


class BackupConfigurationSpec(StashBackupSettings):
    """What is backed up, how and when."""

    target: BackupTarget | None = None
    """What is backed up."""

    paused: bool = False
    """Whether no more backups are started. Default: false."""


class BackupConfiguration(KubeResource):
    """One target, one repository, one schedule."""

    resource: ClassVar = BACKUP_CONFIGURATION

    spec: BackupConfigurationSpec = Field(default_factory=BackupConfigurationSpec)
    """What is backed up, how and when."""
