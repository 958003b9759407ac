"""The container that a Function describes."""

from __future__ import annotations

from .embedded import ContainerPort, VolumeDevice, VolumeMount
from .meta import KubeModel
from .runtime_settings import ContainerRuntimeSettings


class ContainerTemplate(KubeModel):
    """A container whose texts may hold variables."""

    image: str = ""
    """The image."""

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
