"""Which addon tasks are run, and with what."""

from __future__ import annotations

from pydantic import Field

from .embedded import EnvVar
from .meta import KubeModel, RawObject
from .pod_template import PodTemplate
from .runtime_settings import ContainerRuntimeSettings
from .volumes import AddonVolume, TargetVolumes


class AddonTaskInfo(KubeModel):
    """One task of an addon, with the values for it."""

    name: str = ""
    """Name of the task in the Addon."""

    variables: tuple[EnvVar, ...] = ()
    """Variables for the templates of the task and its Function."""

    params: RawObject = Field(default_factory=dict)
    """Values of the parameters that the task declares, such as paths, exclude or args."""

    target_volumes: TargetVolumes | None = None
    """Volumes of the application to mount into the Job."""

    addon_volumes: tuple[AddonVolume, ...] = ()
    """Volumes that replace those of the same name in the task's volumeTemplate."""


class AddonInfo(KubeModel):
    """Which tasks of which addon are run."""

    name: str = ""
    """Name of the Addon."""

    tasks: tuple[AddonTaskInfo, ...] = ()
    """The tasks to run, all in one run."""

    container_runtime_settings: ContainerRuntimeSettings | None = None
    """Settings of the containers that do the work."""

    job_template: PodTemplate | None = None
    """Template of the Job that does the work, and of its pod."""
