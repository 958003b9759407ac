"""Volumes and volume claims inside our kinds. Plain mappings in memory; these are their schemas."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from .embedded import (
    VOLUME,
    PersistentVolumeClaimSpec,
    PersistentVolumeClaimStatus,
    Volume,
    VolumeMount,
)
from .markers import Described
from .meta import JsonObject, KubeModel, OwnerReference


class ClaimMetadata(KubeModel):
    """Metadata of a PersistentVolumeClaim that is made from a template."""

    name: str = ""
    """Name of the claim; may hold variables such as ${POD_ORDINAL}."""

    generate_name: str = ""
    """Prefix of a generated name, used when there is no name."""

    namespace: str = ""
    """Namespace of the claim."""

    labels: dict[str, str] = Field(default_factory=dict)
    """Labels of the claim."""

    annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations of the claim."""

    owner_references: tuple[OwnerReference, ...] = ()
    """Owners of the claim; it is deleted when they are all gone."""


class ClaimTemplate(KubeModel):
    """Template of a claim that lives as long as the pod that uses it."""

    metadata: ClaimMetadata = Field(default_factory=ClaimMetadata)
    """Labels and annotations of the claim."""

    spec: PersistentVolumeClaimSpec
    """What the claim asks for."""


class PersistentVolumeClaim(KubeModel):
    """Template of a claim that outlives the pod."""

    api_version: str = ""
    """Version of the API, `v1`."""

    kind: str = ""
    """Kind of the object, `PersistentVolumeClaim`."""

    metadata: ClaimMetadata = Field(default_factory=ClaimMetadata)
    """Name, labels and annotations of the claim."""

    spec: PersistentVolumeClaimSpec | None = None
    """What the claim asks for."""

    status: PersistentVolumeClaimStatus | None = None
    """What was observed about the claim; ignored in a template."""


class VolumeSource(KubeModel):
    """Any volume of Kubernetes' own, or a claim made from a template."""

    inlined: ClassVar[str] = VOLUME

    volume_claim_template: ClaimTemplate | None = None
    """Makes a claim for the pod, and deletes it with the pod."""


AnyVolumeSource = Annotated[JsonObject, Described(VolumeSource)]
AnyPersistentVolumeClaim = Annotated[JsonObject, Described(PersistentVolumeClaim)]


class TargetVolumes(KubeModel):
    """Volumes of the application that is backed up or restored."""

    volumes: tuple[Volume, ...] = ()
    """Volumes to add to the pod of the Job."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the Job mounts them: normally where the application does."""

    volume_claim_templates: tuple[AnyPersistentVolumeClaim, ...] = ()
    """Claims to create for a restore. Names may hold variables such as ${POD_ORDINAL}."""


class AddonVolume(KubeModel):
    """Replaces a volume of the addon's task."""

    name: str = ""
    """Name of a volume in the task's volumeTemplate."""

    source: AnyVolumeSource | None = None
    """What to use instead."""


class VolumeTemplate(KubeModel):
    """A volume that an addon's task needs."""

    name: str = ""
    """Name of the volume."""

    usage: str = ""
    """What it is for, for people."""

    source: AnyVolumeSource | None = None
    """The volume, unless whoever uses the task names another one."""
