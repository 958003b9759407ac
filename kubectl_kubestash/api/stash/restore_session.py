"""RestoreSession of Stash: one restore."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..embedded import VolumeMount
from ..meta import KubeModel, KubeResource
from ..volumes import AnyPersistentVolumeClaim
from .invocation import StashInvocation, StashRestoreHooks, TargetReference
from .resources import RESTORE_SESSION


class Rule(KubeModel):
    """What is restored to some of the pods. The first rule that fits a pod holds."""

    target_hosts: tuple[str, ...] = ()
    """The pods, such as `host-0`; all when empty."""

    source_host: str = ""
    """The pod whose backup is taken; the same one when empty."""

    snapshots: tuple[str, ...] = ()
    """Snapshots to restore; not together with paths."""

    paths: tuple[str, ...] = ()
    """Directories to restore, from the newest snapshot of each."""

    exclude: tuple[str, ...] = ()
    """Patterns of files to leave out."""

    include: tuple[str, ...] = ()
    """Patterns of files to restore; all when empty."""


class RestoreTarget(KubeModel):
    """Where to restore to."""

    alias: str = ""
    """Name of the backup in the repository, in place of a host name."""

    ref: TargetReference = Field(default_factory=TargetReference)
    """The application."""

    rules: tuple[Rule, ...] = ()
    """What is restored to which pods."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where volumes of the application are mounted."""

    replicas: int | None = None
    """How many sets of claims are made from the templates."""

    volume_claim_templates: tuple[AnyPersistentVolumeClaim, ...] = ()
    """Claims to create and to restore to."""

    args: tuple[str, ...] = ()
    """More arguments for restic."""


class RestoreSessionSpec(StashInvocation):
    """What is restored, where to, and how."""

    target: RestoreTarget | None = None
    """Where to restore to."""

    rules: tuple[Rule, ...] = ()
    """As target.rules; where old manifests have them."""

    hooks: StashRestoreHooks | None = None
    """Actions around the restore."""


class RestoreSession(KubeResource):
    """One restore."""

    resource: ClassVar = RESTORE_SESSION

    spec: RestoreSessionSpec = Field(default_factory=RestoreSessionSpec)
    """What is restored, where to, and how."""
