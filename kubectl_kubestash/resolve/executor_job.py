"""Which Jobs carry out a backup or a restore?

One Job for a task that runs once, and one for each part of a workload. Several tasks of a session
share a pod: all but the last are init containers. The pod's host name is its own name, which restic
notes in its locks, so that a lock can be traced to its pod; a session that asks for the network of
the node gives that up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey
from ..errors import UsageError
from . import (
    container_settings,
    labels,
    local_storage,
    names,
    object_size,
    pod_settings,
    workload_job,
)
from .job import NOBODY, ROOT, JobPlan, build
from .job_shares import backup_shares, restore_shares
from .run_tasks import BackupJobInputs, RestoreJobInputs, backup_tasks, claim_name
from .snapshot_status import component_path
from .task_findings import CACHE_VOLUME, INTERIM_VOLUME
from .volume_affinity import on_node
from .workload_job import Share, container_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.addon_info import AddonInfo
    from ..api.meta import TypedObjectReference
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from .addon_task import ResolvedTask
    from .manifest import Object
    from .pod_settings import PodSettings
    from .workload import Workload


def backup_jobs(inputs: BackupJobInputs) -> list[Object]:
    """The Jobs of a BackupSession.

    Raises SubstitutionError for a variable that nobody sets, Unsupported for what this version
    cannot run, UsageError for what cannot be right.
    """
    return [_backup_job(inputs, share) for share in backup_shares(inputs)]


def restore_jobs(inputs: RestoreJobInputs) -> list[Object]:
    """The Jobs of a RestoreSession. Raises what `backup_jobs` raises."""
    return [_restore_job(inputs, share) for share in restore_shares(inputs)]


def claims(inputs: RestoreJobInputs) -> list[Object]:
    """The PersistentVolumeClaims that must be made before the Jobs of a RestoreSession.

    Raises UsageError when two components would get the same one, and what `backup_jobs` raises.
    """
    found = [claim for share in restore_shares(inputs) for claim in share.claims]
    for name, count in Counter(str(claim["metadata"]["name"]) for claim in found).items():
        if count > 1:
            raise UsageError(
                f"{count} components would be restored into the claim {name!r}: put "
                "${POD_ORDINAL} into its name in targetVolumes.volumeClaimTemplates."
            )
    return found


def left_out(inputs: BackupJobInputs) -> str:
    """Which volumes with data the backup does not reach, as one sentence; empty for none.

    Raises what `backup_jobs` raises.
    """
    if inputs.workload is None:
        return ""
    found = dict.fromkeys(each for share in backup_shares(inputs) for each in share.left_out)
    return f"Not in the backup of {inputs.workload.subject}: {'; '.join(found)}." if found else ""


def too_large(inputs: BackupJobInputs, components: Sequence[str]) -> str:
    """Why a Snapshot of these components cannot be stored, as one sentence; empty when it can.

    Raises what `backup_jobs` raises.
    """
    tasks = backup_tasks(inputs, ordinal="0")
    paths = max((workload_job.paths_of(task) for task in tasks), key=len, default=())
    session = inputs.session.spec.session
    places = {name: component_path(session, name) for name in components}
    known = (repository.status.component_paths for repository in inputs.repositories)
    found = (object_size.objection(places, paths, remembered=each) for each in known)
    return next(filter(None, found), "")


def _backup_job(inputs: BackupJobInputs, share: Share) -> Object:
    session, key, addon = inputs.session, inputs.session.key, inputs.session_spec.addon
    read_only = _target_volumes(share.tasks, inputs.configuration.spec.target, addon)
    read_only |= {str(volume["name"]) for volume in share.volumes}
    workload = inputs.workload
    whose = workload_job.identity(workload, share.volumes) if workload else {}
    return build(
        JobPlan(
            key=ObjectKey(key.namespace, names.backup_job(key.name, _ending(share))),
            labels=labels.of_run("BackupSession", key, labels.BACKUP, session=session.spec.session),
            annotations={labels.REPOSITORIES: _joined(inputs.repositories)},
            service_account=service_account(addon, key.name),
            containers=_containers(share, inputs.storages, read_only),
            components=share.components,
            volumes=_volumes(share, inputs.storages),
            user={**NOBODY, **whose},
            settings=_settings(addon, workload),
            affinity=on_node(share.node),
            remaining=inputs.remaining,
        )
    )


def _restore_job(inputs: RestoreJobInputs, share: Share) -> Object:
    session, key = inputs.session, inputs.session.key
    addon, storages, workload = session.spec.addon, [inputs.storage], inputs.workload
    return build(
        JobPlan(
            key=ObjectKey(key.namespace, names.restore_job(key.name, _ending(share))),
            labels=labels.of_run("RestoreSession", key, labels.RESTORE),
            annotations={labels.REPOSITORIES: _joined([inputs.repository])},
            service_account=service_account(addon, key.name),
            containers=_containers(share, storages, frozenset()),
            components=share.components,
            volumes=_volumes(share, storages),
            user={**ROOT, **(workload_job.labels_of(workload) if workload else {})},
            settings=_settings(addon, workload),
            affinity=on_node(share.node),
            remaining=inputs.remaining,
        )
    )


def service_account(addon: AddonInfo, run: str) -> str:
    """The ServiceAccount that the Jobs of a BackupSession or RestoreSession run as."""
    return pod_settings.of_template(addon.job_template).service_account or run


def _settings(addon: AddonInfo, workload: Workload | None) -> PodSettings:
    of_containers = container_settings.of_runtime_settings(addon.container_runtime_settings)
    layers = [pod_settings.PodSettings(container=of_containers)]
    if workload is not None:
        layers.append(workload_job.placement(workload))
    return pod_settings.merged([*layers, pod_settings.of_template(addon.job_template)])


def _volumes(share: Share, storages: Sequence[BackupStorage]) -> list[Object]:
    return [
        *(volume for task in share.tasks for volume in task.volumes),
        *share.volumes,
        *local_storage.volumes(storages),
    ]


def _containers(
    share: Share, storages: Sequence[BackupStorage], read_only: frozenset[str]
) -> list[Object]:
    found = []
    for task in share.tasks:
        container = task.container
        mounts = [
            *container.get("volumeMounts", ()),
            *share.mounts.get(container_name(task), ()),
        ]
        found.append(_mounted({**container, "volumeMounts": mounts}, storages, read_only))
    return found


def _ending(share: Share) -> str:
    """A node's name may have dots, which the name of a pod's host cannot."""
    return names.volume(share.suffix) if share.suffix else ""


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
    claim = claim_name(target).get("PVC_NAME")
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


def _joined(repositories: Sequence[Repository]) -> str:
    return ",".join(str(repository.key) for repository in repositories)
