"""What does a run ask for, task by task?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .addon_task import DB_VERSION, ResolvedTask, resolve_task
from .app_binding import version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from ..api.addons.addon import Addon
    from ..api.addons.function import Function
    from ..api.app_binding import AppBinding
    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.core.backup_session import BackupSession
    from ..api.core.restore_session import RestoreSession
    from ..api.meta import TypedObjectReference
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from ..api.storage.snapshot import Snapshot
    from .image import Image
    from .workload import Workload

CLAIM = "PersistentVolumeClaim"


@dataclass(frozen=True, kw_only=True)
class BackupJobInputs:
    """All that decides about the Jobs of one BackupSession."""

    session: BackupSession
    configuration: BackupConfiguration
    session_spec: Session
    addon: Addon
    functions: Mapping[str, Function | None]
    storages: Sequence[BackupStorage]
    repositories: Sequence[Repository]
    image: Image
    workload: Workload | None = None
    """The target, when it is one that has pods."""

    binding: AppBinding | None = None
    """The target, when it is a database."""

    remaining: timedelta | None = None
    """What is left of the session's time limit."""


@dataclass(frozen=True, kw_only=True)
class RestoreJobInputs:
    """All that decides about the Jobs of one RestoreSession."""

    session: RestoreSession
    snapshot: Snapshot
    repository: Repository
    storage: BackupStorage
    addon: Addon
    functions: Mapping[str, Function | None]
    image: Image
    workload: Workload | None = None
    """The target, when it is one that has pods."""

    binding: AppBinding | None = None
    """The target, when it is a database."""

    remaining: timedelta | None = None
    """What is left of the session's time limit."""


def restore_target(session: RestoreSession, snapshot: Snapshot) -> TypedObjectReference | None:
    """Where the data goes: to the target that is named, or else to where it came from."""
    return session.spec.target or snapshot.spec.app_ref


def backup_tasks(inputs: BackupJobInputs, *, ordinal: str = "") -> list[ResolvedTask]:
    """The tasks of the session with their values, in order. Raises what `backup_jobs` raises.

    `ordinal` is that of the pod, for those that run once for each.
    """
    session = inputs.session
    builtins = {
        **_image(inputs.image),
        **_ordinal(ordinal),
        **claim_name(inputs.configuration.spec.target),
        **_db_version(inputs.binding),
        "namespace": session.key.namespace,
        "backupSession": session.key.name,
        "invokerKind": "BackupConfiguration",
        "invokerName": inputs.configuration.key.name,
    }
    addon, functions = inputs.addon, inputs.functions
    return [
        resolve_task(addon, functions, task, kind="backup", builtins=builtins, index=index)
        for index, task in enumerate(inputs.session_spec.addon.tasks)
    ]


def restore_tasks(inputs: RestoreJobInputs, *, ordinal: str = "") -> list[ResolvedTask]:
    """The tasks of the RestoreSession with their values. Raises what `restore_jobs` raises."""
    session = inputs.session
    builtins = {
        **_image(inputs.image),
        **_ordinal(ordinal),
        **claim_name(restore_target(session, inputs.snapshot)),
        **_db_version(inputs.binding),
        "namespace": session.key.namespace,
        "restoreSession": session.key.name,
        "snapshot": inputs.snapshot.key.name,
        "invokerKind": "RestoreSession",
        "invokerName": session.key.name,
    }
    addon, functions = inputs.addon, inputs.functions
    return [
        resolve_task(addon, functions, task, kind="restore", builtins=builtins, index=index)
        for index, task in enumerate(session.spec.addon.tasks)
    ]


def _image(image: Image) -> dict[str, str]:
    return {
        "imageRegistry": image.registry,
        "imageRepo": image.repository,
        "imageTag": image.tag,
    }


def claim_name(target: TypedObjectReference | None) -> dict[str, str]:
    """The variable that stands for the claim, when the target is one."""
    return {"PVC_NAME": target.name} if target and target.kind == CLAIM else {}


def _db_version(binding: AppBinding | None) -> dict[str, str]:
    return {DB_VERSION: version(binding)} if binding is not None else {}


def _ordinal(ordinal: str) -> dict[str, str]:
    return {"POD_ORDINAL": ordinal} if ordinal.isdigit() else {}
