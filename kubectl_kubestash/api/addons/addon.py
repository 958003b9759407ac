"""Addon: the tasks that can be run on one kind of application."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..driver import Driver
from ..embedded import VolumeMount
from ..markers import FREE_TEXT
from ..meta import KubeModel, KubeResource, OpenEnum
from ..parameter import Parameter
from ..resources import ADDON
from ..volumes import VolumeTemplate


class Executor(OpenEnum):
    """What a task is run as."""

    JOB = "Job"
    SIDECAR = "Sidecar"
    EPHEMERAL_CONTAINER = "EphemeralContainer"
    MULTI_LEVEL_JOB = "MultiLevelJob"


class Task(KubeModel):
    """Something that can be run on an application."""

    name: str = ""
    """Name of the task, by which sessions refer to it."""

    function: str = ""
    """The Function that does the work."""

    driver: Annotated[Driver | None, FREE_TEXT] = None
    """The tool that moves the data: Restic, WalG, VolumeSnapshotter, Solr, Medusa,
    ClickHouseBackup or Neo4jAdmin."""

    executor: Executor | None = None
    """What the task is run as. Default: Job."""

    singleton: bool = False
    """Whether there is one Job for the whole application, and not one for each of its pods.
    Default: false."""

    parameters: tuple[Parameter, ...] = ()
    """Parameters that sessions may set."""

    volume_template: tuple[VolumeTemplate, ...] = ()
    """Volumes that the task needs; sessions may replace them by name."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the container mounts those volumes."""

    pass_through_mounts: tuple[VolumeMount, ...] = ()
    """Where the Jobs that the executor MultiLevelJob starts mount volumes of the volumeTemplate. A
    volume that both levels mount stands in volumeMounts as well."""


class AddonSpec(KubeModel):
    """The tasks of an addon."""

    backup_tasks: tuple[Task, ...] = ()
    """Tasks for backup sessions."""

    restore_tasks: tuple[Task, ...] = ()
    """Tasks for restore sessions."""


class Addon(KubeResource):
    """The tasks that can be run on one kind of application."""

    resource: ClassVar = ADDON

    spec: AddonSpec = Field(default_factory=AddonSpec)
    """The tasks."""
