"""Which Jobs carry out a backup or a restore?

One Job for a task that runs once. Several tasks of a session share its pod: all but the last are
init containers. The pod's host name is its own name, which restic notes in its locks, so that a
lock can be traced to its pod; a session that asks for the network of the node gives that up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey
from . import container_settings, labels, local_storage, names, pod_settings
from .addon_task import ResolvedTask, resolve_task
from .job import NOBODY, ROOT, JobPlan, build
from .task_findings import CACHE_VOLUME, INTERIM_VOLUME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from ..api.addon_info import AddonInfo
    from ..api.addons.addon import Addon
    from ..api.addons.function import Function
    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.core.backup_session import BackupSession
    from ..api.core.restore_session import RestoreSession
    from ..api.meta import TypedObjectReference
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from ..api.storage.snapshot import Snapshot
    from .image import Image
    from .manifest import Object
    from .pod_settings import PodSettings

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
    affinity: Mapping[str, Any] = field(default_factory=dict)
    """Where the pod must run, so that it reaches the volumes."""

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
    affinity: Mapping[str, Any] = field(default_factory=dict)
    """Where the pod must run, so that it reaches the volumes."""

    remaining: timedelta | None = None
    """What is left of the session's time limit."""


def backup_jobs(inputs: BackupJobInputs) -> list[Object]:
    """The Jobs of a BackupSession.

    Raises SubstitutionError for a variable that nobody sets, Unsupported for what this version
    cannot run, UsageError for what cannot be right.
    """
    session, key = inputs.session, inputs.session.key
    tasks = backup_tasks(inputs)
    read_only = _target_volumes(tasks, inputs.configuration.spec.target, inputs.session_spec.addon)
    plan = JobPlan(
        key=ObjectKey(key.namespace, names.backup_job(key.name)),
        labels=labels.of_run("BackupSession", key, labels.BACKUP, session=session.spec.session),
        annotations={labels.REPOSITORIES: _joined(inputs.repositories)},
        service_account=service_account(inputs.session_spec.addon, key.name),
        containers=[_mounted(task.container, inputs.storages, read_only) for task in tasks],
        components={str(task.container["name"]): component(task.name) for task in tasks},
        volumes=_volumes(tasks, inputs.storages),
        user=NOBODY,
        settings=_settings(inputs.session_spec.addon),
        affinity=inputs.affinity,
        remaining=inputs.remaining,
    )
    return [build(plan)]


def restore_jobs(inputs: RestoreJobInputs) -> list[Object]:
    """The Jobs of a RestoreSession. Raises what `backup_jobs` raises."""
    session, key = inputs.session, inputs.session.key
    addon, storages = session.spec.addon, [inputs.storage]
    tasks = restore_tasks(inputs)
    chosen = restored_components(session, inputs.snapshot)
    plan = JobPlan(
        key=ObjectKey(key.namespace, names.restore_job(key.name)),
        labels=labels.of_run("RestoreSession", key, labels.RESTORE),
        annotations={labels.REPOSITORIES: _joined([inputs.repository])},
        service_account=service_account(addon, key.name),
        containers=[_mounted(task.container, storages, frozenset()) for task in tasks],
        components={str(task.container["name"]): _restored_by(task.name, chosen) for task in tasks},
        volumes=_volumes(tasks, storages),
        user=ROOT,
        settings=_settings(addon),
        affinity=inputs.affinity,
        remaining=inputs.remaining,
    )
    return [build(plan)]


def service_account(addon: AddonInfo, run: str) -> str:
    """The ServiceAccount that the Jobs of a BackupSession or RestoreSession run as."""
    return pod_settings.of_template(addon.job_template).service_account or run


def component(task: str) -> str:
    """The component that a task which runs once works on, for its backup and its restore."""
    for word, name in (
        ("manifest", "manifest"),
        ("volume-snapshot", "volumesnapshot"),
        ("dashboard", "dashboard"),
        ("physical", "physical"),
    ):
        if task.startswith(word):
            return name
    return "dump"


def restored_components(session: RestoreSession, snapshot: Snapshot) -> tuple[str, ...]:
    """The components to restore: those that are named, or else all of the Snapshot, by name."""
    source = session.spec.data_source
    wanted = source.components if source else ()
    return tuple(wanted) or tuple(sorted(snapshot.status.components))


def restore_target(session: RestoreSession, snapshot: Snapshot) -> TypedObjectReference | None:
    """Where the data goes: to the target that is named, or else to where it came from."""
    return session.spec.target or snapshot.spec.app_ref


def backup_tasks(inputs: BackupJobInputs) -> list[ResolvedTask]:
    """The tasks of the session with their values, in order. Raises what `backup_jobs` raises."""
    session = inputs.session
    builtins = {
        **_image(inputs.image),
        **_claim_name(inputs.configuration.spec.target),
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


def restore_tasks(inputs: RestoreJobInputs) -> list[ResolvedTask]:
    """The tasks of the RestoreSession with their values. Raises what `restore_jobs` raises."""
    session = inputs.session
    builtins = {
        **_image(inputs.image),
        **_claim_name(restore_target(session, inputs.snapshot)),
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


def _claim_name(target: TypedObjectReference | None) -> dict[str, str]:
    return {"PVC_NAME": target.name} if target and target.kind == CLAIM else {}


def _settings(addon: AddonInfo) -> PodSettings:
    of_containers = container_settings.of_runtime_settings(addon.container_runtime_settings)
    layers = (pod_settings.PodSettings(container=of_containers),)
    return pod_settings.merged([*layers, pod_settings.of_template(addon.job_template)])


def _volumes(tasks: Sequence[ResolvedTask], storages: Sequence[BackupStorage]) -> list[Object]:
    return [
        *(volume for task in tasks for volume in task.volumes),
        *local_storage.volumes(storages),
    ]


def _mounted(
    container: Mapping[str, Any], storages: Sequence[BackupStorage], read_only: frozenset[str]
) -> Object:
    """The container with the storages mounted, and with read-only mounts of these volumes.

    The mount is read-only, not the volume: a read-only volume gets no SELinux label and could not
    be read at all (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/).
    """
    own = [
        {**mount, "readOnly": True} if mount.get("name") in read_only else dict(mount)
        for mount in container.get("volumeMounts", ())
    ]
    return {**container, "volumeMounts": [*own, *local_storage.mounts(storages)]}


def _target_volumes(
    tasks: Sequence[ResolvedTask], target: TypedObjectReference | None, addon: AddonInfo
) -> frozenset[str]:
    """Names of the volumes that hold what is backed up."""
    claim = _claim_name(target).get("PVC_NAME")
    of_target = {
        str(volume.get("name", ""))
        for task in tasks
        for volume in task.volumes
        if claim and (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim
    }
    named = {
        str(volume.get("name", ""))
        for task in addon.tasks
        if task.target_volumes
        for volume in task.target_volumes.volumes
    }
    return frozenset(of_target | named) - {CACHE_VOLUME, INTERIM_VOLUME}


def _restored_by(task: str, chosen: Sequence[str]) -> str:
    """The component that a task restores: its usual one, or the only one that there is."""
    usual = component(task)
    return chosen[0] if len(chosen) == 1 and usual not in chosen else usual


def _joined(repositories: Sequence[Repository]) -> str:
    return ",".join(str(repository.key) for repository in repositories)
