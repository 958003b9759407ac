"""Function: the container that runs one task."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..embedded import ContainerPort, VolumeDevice, VolumeMount
from ..meta import KubeModel, KubeResource
from ..resources import FUNCTION
from ..runtime_settings import ContainerRuntimeSettings


class FunctionSpec(KubeModel):
    """The container. Texts may hold variables such as ${DB_VERSION}."""

    image: str = ""
    """The image."""

    available_versions: tuple[str, ...] = ()
    """Versions of the application that there are images for; the nearest one becomes DB_VERSION."""

    command: tuple[str, ...] = ()
    """Replaces the entry point of the image."""

    args: tuple[str, ...] = ()
    """Arguments."""

    working_dir: str = ""
    """Working directory."""

    ports: tuple[ContainerPort, ...] = ()
    """Ports of the container."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the container mounts volumes, beside those of the task."""

    volume_devices: tuple[VolumeDevice, ...] = ()
    """Block devices of the container."""

    runtime_settings: ContainerRuntimeSettings | None = None
    """Settings of the container; those of a session come on top."""


class Function(KubeResource):
    """The container that runs one task, one hook, or one verification."""

    resource: ClassVar = FUNCTION

    spec: FunctionSpec = Field(default_factory=FunctionSpec)
    """The container."""
