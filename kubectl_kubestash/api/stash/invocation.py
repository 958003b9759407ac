"""What a backup and a restore of Stash have in common: task, hooks, settings, temporary files."""

from __future__ import annotations

from pydantic import Field

from ..core.hook_template import HookAction
from ..meta import KubeModel, TypedObjectReference
from ..runtime_settings import RuntimeSettings
from ..volumes import AnyPersistentVolumeClaim


class Param(KubeModel):
    """A value for a Function."""

    name: str = ""
    """Name of the variable."""

    value: str = ""
    """Its value."""


class TaskReference(KubeModel):
    """A Task, with values for its Functions."""

    name: str = ""
    """Name of the Task."""

    params: tuple[Param, ...] = ()
    """Values for its Functions."""


class TargetReference(KubeModel):
    """The application that is backed up or restored."""

    api_version: str = ""
    """apiVersion of the application."""

    kind: str = ""
    """Kind of the application."""

    name: str = ""
    """Name of the application."""

    namespace: str = ""
    """Namespace of the application; that of the referring object when empty."""


class TemporaryFiles(KubeModel):
    """The volume for temporary files and the cache."""

    medium: str = ""
    """`Memory`, or empty for the node's disk."""

    size_limit: int | str | None = None
    """How large it may become, such as `1Gi`."""

    disable_caching: bool = False
    """Whether restic runs without a cache. Default: false."""


class PostBackupHook(HookAction):
    """An action after the backup."""

    execution_policy: str = ""
    """`Always`, `OnSuccess`, `OnFailure` or `OnFinalRetryFailure`. Default: Always."""


class StashBackupHooks(KubeModel):
    """Actions around a backup."""

    pre_backup: HookAction | None = None
    """Done before the backup."""

    post_backup: PostBackupHook | None = None
    """Done after the backup."""


class StashRestoreHooks(KubeModel):
    """Actions around a restore."""

    pre_restore: HookAction | None = None
    """Done before the restore."""

    post_restore: HookAction | None = None
    """Done after the restore."""


class RetryConfig(KubeModel):
    """Whether a failed run is tried again."""

    max_retry: int = 0
    """How many more runs there may be after a failed one. Default: 0."""

    delay: str = ""
    """How long to wait before the next one."""


class StashInvocation(KubeModel):
    """How a backup or restore is made."""

    task: TaskReference = Field(default_factory=TaskReference)
    """The Task to run; empty for volumes of workloads."""

    driver: str = ""
    """`Restic` or `VolumeSnapshotter`. Default: Restic."""

    repository: TypedObjectReference | None = None
    """The Repository that holds the data."""

    runtime_settings: RuntimeSettings | None = None
    """Settings of the pods that do the work."""

    temp_dir: TemporaryFiles | None = None
    """The volume for temporary files and the cache."""

    interim_volume_template: AnyPersistentVolumeClaim | None = None
    """The claim that a dump is held in on its way."""

    time_out: str = ""
    """Limit of a run."""
