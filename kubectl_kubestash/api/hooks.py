"""Hooks around a backup or a restore, and what came of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .embedded import EnvVar, Volume, VolumeMount
from .markers import SERVER_DEFAULT, Int32, Minimum
from .meta import KubeModel, ObjectReference, OpenEnum, RawObject
from .runtime_settings import RuntimeSettings


class HookExecutionPolicy(OpenEnum):
    """When a hook that comes after the work is run."""

    ALWAYS = "Always"
    ON_SUCCESS = "OnSuccess"
    ON_FAILURE = "OnFailure"


class HookExecutionPhase(OpenEnum):
    """How far a hook is."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    PENDING = "Pending"

    @property
    def is_final(self) -> bool:
        """Whether the hook has ended."""
        return self in {self.SUCCEEDED, self.FAILED}


class HookInfo(KubeModel):
    """One hook: a HookTemplate with the values for it."""

    name: str = ""
    """Name of the hook, as it appears in the status."""

    hook_template: ObjectReference | None = None
    """The HookTemplate to run. In another namespace, its usage policy has to allow it."""

    params: RawObject = Field(default_factory=dict)
    """Values of the parameters that the HookTemplate declares."""

    max_retry: Annotated[Int32, Minimum(0)] = 0
    """How often the hook is tried again after a failure. Default: 0."""

    timeout: str = ""
    """Limit of one attempt, such as `30s` or `5m`; none when empty."""

    execution_policy: Annotated[HookExecutionPolicy, SERVER_DEFAULT] = HookExecutionPolicy.ALWAYS
    """When to run a hook that comes after the work: `Always`, or only `OnSuccess` or `OnFailure` of
    what came before. Default: Always."""

    variables: tuple[EnvVar, ...] = ()
    """Variables for the templates of the HookTemplate."""

    volumes: tuple[Volume, ...] = ()
    """Volumes of the hook's pod; for the executor Function only."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where its container mounts them; for the executor Function only."""

    runtime_settings: RuntimeSettings | None = None
    """Settings of the hook's pod; for the executor Function only."""


class BackupHooks(KubeModel):
    """Hooks around a backup."""

    pre_backup: tuple[HookInfo, ...] = ()
    """Run one after the other before the backup; when one fails, there is no backup."""

    post_backup: tuple[HookInfo, ...] = ()
    """Run one after the other after the backup."""


class RestoreHooks(KubeModel):
    """Hooks around a restore."""

    pre_restore: tuple[HookInfo, ...] = ()
    """Run one after the other before the restore; when one fails, there is no restore."""

    post_restore: tuple[HookInfo, ...] = ()
    """Run one after the other after the restore."""


class HookExecutionStatus(KubeModel):
    """What came of one hook."""

    name: str = ""
    """Name of the hook."""

    phase: HookExecutionPhase = HookExecutionPhase.PENDING
    """How far the hook is."""


class HookStatus(KubeModel):
    """What came of the hooks."""

    pre_hooks: tuple[HookExecutionStatus, ...] = ()
    """The hooks before the work."""

    post_hooks: tuple[HookExecutionStatus, ...] = ()
    """The hooks after the work."""
