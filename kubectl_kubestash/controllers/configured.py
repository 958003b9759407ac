"""The objects that a BackupConfiguration asks for: Repositories, CronJobs, first backups."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    CRON_JOB,
    REPOSITORY,
    ObjectKey,
)
from ..errors import AlreadyExists
from ..kube.store import key_of
from ..resolve import access, labels, names
from ..resolve.labels import FINALIZER, INPUTS
from ..resolve.manifest import manifest
from ..resolve.names import unique
from ..resolve.trigger import TriggerInputs, trigger
from ..resolve.trigger_cron_job import trigger_cron_job
from . import finalizers
from .rights import ensure_right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.repository_info import RepositoryInfo
    from ..kube.client import Object
    from .context import Context


def ensure_repositories(
    context: Context, configuration: BackupConfiguration, ready: Mapping[str, bool]
) -> None:
    """Make the Repositories of all sessions whose backend is ready. Raises AlreadyExists."""
    home = configuration.metadata.namespace
    seen: set[str] = set()
    for session in configuration.spec.sessions:
        for wanted in session.repositories:
            backend = configuration.backend(wanted.backend)
            if wanted.name in seen or backend is None or not ready.get(backend.name):
                continue
            seen.add(wanted.name)
            there = context.store.find(REPOSITORY, ObjectKey(home, wanted.name))
            body = _repository(context, configuration, wanted)
            if there is None:
                context.writer.ensure(REPOSITORY, body, ours=lambda found: _same(found, body))  # noqa: B023
            elif not finalizers.is_being_deleted(there):
                policy = {"spec": {"deletionPolicy": body["spec"]["deletionPolicy"]}}
                context.writer.patch(REPOSITORY, there, policy)
                _tell_other_password(context, there, body)


def ensure_schedule(
    context: Context, raw: Object, configuration: BackupConfiguration, session: Session
) -> None:
    """Make the CronJob of a session and its rights; nothing when all is as it should be.

    A session without a schedule has none. Raises UsageError for a schedule that cannot be,
    AlreadyExists for a CronJob of somebody else, Conflict while what a namesake had is on its way
    out.
    """
    if session.scheduler is None:
        return
    body = trigger_cron_job(configuration, session, image=context.settings.image)
    digest = _digest(body)
    there = context.store.find(CRON_JOB, key_of(body))
    if there is not None and _is_as_wanted(there, body, digest):
        return
    if there is not None:
        _check_whose(there, configuration, session)
    if there is not None and _would_catch_up(there["spec"], body["spec"]):
        context.writer.delete(CRON_JOB, there)
    owner = _controller(raw, block=False)
    account = body["spec"]["jobTemplate"]["spec"]["template"]["spec"]["serviceAccountName"]
    name = body["metadata"]["name"]
    for granted in access.job_access(
        role=access.CRON_JOB,
        name=name,
        namespace=configuration.metadata.namespace,
        service_account="" if account == name else account,
    ):
        granted["metadata"]["ownerReferences"] = [owner]
        ensure_right(context, granted)
    metadata = dict(body["metadata"])
    metadata["ownerReferences"] = [owner]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), INPUTS: digest}
    context.writer.apply(CRON_JOB, {**body, "metadata": metadata})


def _check_whose(there: Object, configuration: BackupConfiguration, session: Session) -> None:
    """Raises AlreadyExists unless the CronJob was made for a configuration of this name.

    `db` + `prod-daily` and `db-prod` + `daily` come out the same: the one that is reconciled last
    would take the schedule of the other, which would never run again.
    """
    owners = [
        str(owner.get("name"))
        for owner in there["metadata"].get("ownerReferences") or ()
        if owner.get("controller")
    ]
    is_ours = INPUTS in (there["metadata"].get("annotations") or {}) and not owners
    if is_ours or configuration.metadata.name in owners:
        return
    whose = f"BackupConfiguration {owners[0]}" if owners else "somebody else"
    raise AlreadyExists(
        f"CronJob {key_of(there)} is there already and belongs to {whose}: the names of "
        f"BackupConfiguration {configuration.key} and of its session {session.name!r} come out "
        "the same. Rename the session.",
        code=409,
    )


def remove_old_schedules(context: Context, raw: Object, configuration: BackupConfiguration) -> None:
    """Delete the CronJobs that we made for sessions which are gone or have no schedule any more."""
    wanted = {
        names.trigger(configuration.metadata.name, session.name)
        for session in configuration.spec.sessions
        if session.scheduler is not None
    }
    for there in context.store.by_index(CRON_JOB, "owner", str(raw["metadata"]["uid"])):
        ours = INPUTS in (there["metadata"].get("annotations") or {})
        if ours and there["metadata"]["name"] not in wanted:
            context.writer.delete(CRON_JOB, there)
            context.note(f"CronJob/{there['metadata']['name']}  removed: its session has gone")


def ensure_first_backup(
    context: Context, raw: Object, configuration: BackupConfiguration, session: Session
) -> None:
    """One BackupSession for a session that has never run; its name is always the same."""
    created = configuration.metadata.creation_timestamp or context.now()
    inputs = TriggerInputs(configuration=configuration, sessions=(session.name,), force=True)
    for body in trigger(inputs, now=created, reason="initial backup"):
        metadata = dict(body["metadata"])
        metadata["labels"] = {
            **(metadata.get("labels") or {}),
            labels.INVOKER_NAME: unique(configuration.metadata.name),
        }
        metadata["ownerReferences"] = [_controller(raw, block=True)]
        metadata["finalizers"] = [FINALIZER]
        spec = dict(body["spec"])
        if session.retry_config is not None:
            spec["retryLeft"] = session.retry_config.max_retry
        context.writer.ensure(
            BACKUP_SESSION,
            {**body, "metadata": metadata, "spec": spec},
            ours=lambda there: (
                ((there.get("spec") or {}).get("invoker") or {}).get("name")
                == configuration.metadata.name
            ),
        )


def _repository(
    context: Context, configuration: BackupConfiguration, wanted: RepositoryInfo
) -> Object:
    home = configuration.metadata.namespace
    backend = configuration.backend(wanted.backend)
    storage = None if backend is None else backend.storage_ref
    spec: dict[str, Any] = {
        "appRef": _application(configuration),
        "path": wanted.directory,
        "deletionPolicy": _deletion_policy(context, ObjectKey(home, wanted.name)),
    }
    if storage is not None:
        key = storage.key(home)
        spec["storageRef"] = {"name": key.name, "namespace": key.namespace}
    if wanted.encryption_secret is not None:
        secret = wanted.encryption_secret.key(home)
        spec["encryptionSecret"] = {"name": secret.name, "namespace": secret.namespace}
    body = manifest(REPOSITORY, ObjectKey(home, wanted.name), spec=spec)
    body["metadata"]["finalizers"] = [FINALIZER]
    return body


def _tell_other_password(context: Context, there: Object, wanted: Object) -> None:
    """A restic repository keeps the password that it was made with, whatever is named later."""
    used, named = _password_of(there), _password_of(wanted)
    if named not in {"", used}:
        context.events.warning(
            there,
            "OtherEncryptionSecret",
            f"A BackupConfiguration names Secret {named} for it, but its data is encrypted with "
            f"{used or 'another one'}, which stays in use and must be kept.",
        )


def _password_of(repository: Object) -> str:
    """Namespace and name of its encryption Secret; empty without one."""
    reference = repository["spec"].get("encryptionSecret") or {}
    home = reference.get("namespace") or repository["metadata"]["namespace"]
    return f"{home}/{reference['name']}" if reference.get("name") else ""


def _deletion_policy(context: Context, repository: ObjectKey) -> str:
    """`WipeOut` only where all who store in the Repository say so: its data is theirs, too."""
    said = {
        wanted.get("deletionPolicy")
        for raw in context.store.by_index(BACKUP_CONFIGURATION, "repository", f"{repository}")
        if not finalizers.is_being_deleted(raw)
        for session in (raw.get("spec") or {}).get("sessions") or ()
        for wanted in session.get("repositories") or ()
        if wanted.get("name") == repository.name
    }
    return "WipeOut" if said == {"WipeOut"} else "Delete"


def _application(configuration: BackupConfiguration) -> dict[str, str]:
    target = configuration.spec.target
    if target is None:
        return {"apiGroup": "na", "name": "na"}
    key = target.key(configuration.metadata.namespace)
    found = {"kind": target.kind or "", "name": key.name, "namespace": key.namespace}
    return {"apiGroup": target.api_group, **found} if target.api_group else found


def _same(there: Object, wanted: Object) -> bool:
    """Whether a Repository of this name holds the backups of the same application."""
    return all(
        (there.get("spec") or {}).get(field) == wanted["spec"].get(field)
        for field in ("appRef", "storageRef", "path")
    )


def _controller(raw: Object, *, block: bool) -> dict[str, Any]:
    reference = {
        "apiVersion": BACKUP_CONFIGURATION.api_version,
        "kind": BACKUP_CONFIGURATION.kind,
        "name": raw["metadata"]["name"],
        "uid": raw["metadata"]["uid"],
        "controller": True,
    }
    return {**reference, "blockOwnerDeletion": True} if block else reference


def _digest(body: Object) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _would_catch_up(there: Object, wanted: Object) -> bool:
    """Whether starts that were due before the change would count as missed, and be made up for.

    A CronJob knows when it last ran, not since when its schedule holds. A new one starts anew:
    https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension
    """
    is_resumed = bool(there.get("suspend")) and not wanted["suspend"]
    changed = any(there.get(field) != wanted[field] for field in ("schedule", "timeZone"))
    return not wanted["suspend"] and (is_resumed or changed)


def _is_as_wanted(there: Object, body: Object, digest: str) -> bool:
    annotations = there["metadata"].get("annotations") or {}
    fields = ("schedule", "suspend", "timeZone")
    return annotations.get(INPUTS) == digest and all(
        there["spec"].get(field) == body["spec"][field] for field in fields if field in body["spec"]
    )
