"""BackupBlueprint: the pattern of BackupConfigurations that applications ask for."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..meta import KubeModel, KubeResource, OpenEnum
from ..resources import BACKUP_BLUEPRINT
from ..usage_policy import UsagePolicy
from .session import Backend, Session


class BlueprintDeletionPolicy(OpenEnum):
    """What becomes of the BackupConfigurations when their blueprint is deleted."""

    ON_DELETE = "OnDelete"


class Subject(KubeModel):
    """A kind of application."""

    api_version: str = ""
    """apiVersion of the kind, such as `apps/v1`."""

    kind: str = ""
    """The kind, such as `Deployment`."""


class BackupConfigurationTemplate(KubeModel):
    """What the BackupConfigurations that are made from a blueprint look like."""

    namespace: str = ""
    """Namespace of the BackupConfigurations; that of the blueprint when empty."""

    backends: tuple[Backend, ...] = ()
    """The storages that backups go to."""

    sessions: tuple[Session, ...] = ()
    """What is run and when. Texts may hold variables such as ${schedule}, whose values come from
    the annotations of the application."""

    deletion_policy: BlueprintDeletionPolicy | None = None
    """`OnDelete` deletes the BackupConfigurations together with the blueprint. Default: they
    stay."""


class BackupBlueprintSpec(KubeModel):
    """Whom a blueprint is for, and what is made from it."""

    subjects: tuple[Subject, ...] = ()
    """The kinds of application that the blueprint is meant for. For people; nothing is checked."""

    backup_configuration_template: BackupConfigurationTemplate | None = None
    """What the BackupConfigurations look like. A blueprint without one is of no use."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces' applications may use the blueprint. Default: those of its own namespace."""


class BackupBlueprint(KubeResource):
    """The pattern of BackupConfigurations for applications that ask for one by annotation."""

    resource: ClassVar = BACKUP_BLUEPRINT

    spec: BackupBlueprintSpec = Field(default_factory=BackupBlueprintSpec)
    """Whom the blueprint is for, and what is made from it."""
