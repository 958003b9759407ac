"""Which Jobs look after a backend: initialise it, finish a session, clean up?

They run our own image. The operator reads no storage Secret and opens no backend, so even a small
file in a bucket is the work of a Job.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey
from . import labels, local_storage, names, pod_settings
from .job import SCRATCH_DIRECTORY, JobPlan, build, scratch_mount, scratch_volume

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.core.backup_session import BackupSession
    from ..api.pod_template import PodTemplate
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from .image import Image
    from .manifest import Object
    from .pod_settings import PodSettings

_LIMITS = {labels.INITIALIZER: timedelta(hours=1), labels.CLEANER: timedelta(hours=24)}
"""A store that never answers must not keep a Job for ever; the operator starts it again."""


def init_storage_job(storage: BackupStorage, *, image: Image, inputs: str = "") -> Object:
    """The Job that writes the backend's metadata, or finds what is already there.

    It runs beside the storage. `inputs` is what else it depends on, such as the version of the
    Secret; all inputs together are hashed into an annotation.
    """
    key = storage.key
    return _job(
        ObjectKey(key.namespace, names.init_job(key.name)),
        labels.of_run("BackupStorage", key, labels.INITIALIZER),
        args=["init-storage", f"--namespace={key.namespace}", f"--backupstorage={key.name}"],
        image=image,
        storages=[storage],
        annotations={labels.INPUTS: _hash(storage, image, inputs)},
    )


def init_repository_job(
    repository: Repository, storage: BackupStorage, *, image: Image, inputs: str = ""
) -> Object:
    """The Job that writes repository.yaml into the Repository's directory, beside the Repository.

    `inputs` as for a storage.
    """
    key = repository.key
    return _job(
        ObjectKey(key.namespace, names.init_job(key.name, "Repository")),
        labels.of_run("Repository", key, labels.INITIALIZER),
        args=["init-repository", f"--namespace={key.namespace}", f"--repository={key.name}"],
        image=image,
        storages=[storage],
        annotations={labels.INPUTS: _hash(storage, image, f"{repository.spec.path} {inputs}")},
    )


def finish_job(
    session: BackupSession,
    *,
    repositories: Sequence[Repository],
    storages: Sequence[BackupStorage],
    image: Image,
    job_template: PodTemplate | None = None,
) -> Object:
    """The Job that uploads the Snapshots of a session and applies the retention policies.

    It runs where, and as whom, the backup ran: files in a volume belong to who wrote them.
    """
    key = session.key
    asked = pod_settings.of_template(job_template)
    return _job(
        ObjectKey(key.namespace, names.finish_job(key.name)),
        labels.of_run("BackupSession", key, labels.FINISHER, session=session.spec.session),
        args=[
            "finish",
            f"--namespace={key.namespace}",
            f"--backupsession={key.name}",
            f"--scratch-dir={SCRATCH_DIRECTORY}",
            "--enable-cache=true",
        ],
        image=image,
        storages=storages,
        annotations={labels.REPOSITORIES: ",".join(str(each.key) for each in repositories)},
        settings=_for_our_image(asked, run=key.name),
    )


def cleanup_job(
    kind: str,
    key: ObjectKey,
    *,
    storage: BackupStorage,
    image: Image,
    repository: Repository | None = None,
) -> Object:
    """The Job that removes the data of a BackupStorage, Repository or Snapshot, beside the object.

    `repository` is the one that is cleaned up or that the Snapshot is in.
    """
    written = {labels.REPOSITORIES: str(repository.key)} if repository else {}
    return _job(
        ObjectKey(key.namespace, names.cleanup_job(key.name, kind)),
        labels.of_run(kind, key, labels.CLEANER),
        args=[
            "cleanup",
            f"--namespace={key.namespace}",
            f"--kind={kind}",
            f"--name={key.name}",
            f"--scratch-dir={SCRATCH_DIRECTORY}",
        ],
        image=image,
        storages=[storage],
        annotations=written,
    )


def service_account(storage: BackupStorage, job: str) -> str:
    """The ServiceAccount of a Job that initialises or cleans up: the storage's, or one of its own.

    `job` is the name of the Job.
    """
    asked = pod_settings.of_runtime_settings(storage.spec.runtime_settings)
    return asked.service_account or job


def _job(
    key: ObjectKey,
    marks: Mapping[str, str],
    *,
    args: list[str],
    image: Image,
    storages: Sequence[BackupStorage],
    annotations: Mapping[str, str],
    settings: PodSettings | None = None,
) -> Object:
    layers = [pod_settings.of_runtime_settings(each.spec.runtime_settings) for each in storages]
    asked = pod_settings.merged([*layers, *([settings] if settings else [])])
    main = {
        "name": args[0],
        "image": str(image),
        "args": args,
        "volumeMounts": [scratch_mount(), *local_storage.mounts(storages)],
    }
    plan = JobPlan(
        key=key,
        labels=marks,
        annotations=annotations,
        service_account=asked.service_account or key.name,
        containers=[main],
        volumes=[scratch_volume(), *local_storage.volumes(storages)],
        settings=asked,
        remaining=_LIMITS.get(marks[labels.COMPONENT]),
    )
    return build(plan)


def _for_our_image(asked: PodSettings, *, run: str) -> PodSettings:
    """The settings without what is meant for the image and the tasks of the backup alone."""
    account = {"serviceAccountName": asked.service_account or run}
    dropped = {"args", "volumeMounts", "livenessProbe", "readinessProbe", "lifecycle"}
    return pod_settings.PodSettings(
        job_labels=asked.job_labels,
        job_annotations=asked.job_annotations,
        pod_labels=asked.pod_labels,
        pod_annotations=asked.pod_annotations,
        pod={k: v for k, v in asked.pod.items() if k not in {"initContainers", "volumes"}}
        | account,
        container={k: v for k, v in asked.container.items() if k not in dropped},
    )


def _hash(storage: BackupStorage, image: Image, inputs: str) -> str:
    spec: dict[str, Any] = storage.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    used = {name: spec.get(name) for name in ("storage", "runtimeSettings")}
    text = json.dumps([used, str(image), inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
