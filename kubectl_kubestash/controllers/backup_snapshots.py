"""The Snapshots that a BackupSession takes: one for each Repository."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..api.resources import REPOSITORY, SNAPSHOT, ObjectKey
from ..errors import AlreadyExists
from ..kube.store import key_of
from ..resolve import conditions, labels, names, snapshot_status
from ..resolve.labels import FINALIZER
from ..resolve.manifest import manifest
from .backup_run import takes

if TYPE_CHECKING:
    from ..api.storage.repository import Repository
    from ..kube.client import Object
    from .backup_run import BackupRun
    from .context import Context


def ensure_snapshot(
    context: Context,
    run: BackupRun,
    repository: Repository,
    components: tuple[str, ...],
    *,
    left_out: str = "",
) -> Object:
    """The Snapshot of this run in this Repository, with its first status. Raises AlreadyExists.

    `left_out` says which volumes of the target are not in it.
    """
    found = _made_before(run, repository)
    if found is None:
        found = _made(context, run, _snapshot(context, run, repository))
    if (found.get("status") or {}).get("components"):
        return found
    created = datetime.fromisoformat(found["metadata"]["creationTimestamp"])
    status = snapshot_status.initial(components, session=run.session.spec.session, now=created)
    if left_out:
        status["conditions"] = conditions.with_condition(
            status["conditions"], conditions.VOLUMES_LEFT_OUT, True, left_out, now=created
        )
    return context.writer.patch_status(SNAPSHOT, found, status)


def _made_before(run: BackupRun, repository: Repository) -> Object | None:
    """The Snapshot of this run, should it be there already, whatever it is called."""
    found = (each for each in run.snapshots if each["spec"]["repository"] == repository.key.name)
    return next(found, None)


def _made(context: Context, run: BackupRun, body: Object) -> Object:
    try:
        found, _ = context.writer.ensure(SNAPSHOT, body, ours=lambda there: takes(run.raw, there))
    except AlreadyExists as error:
        raise AlreadyExists(
            f"Snapshot {key_of(body)} is there already, of an earlier run that was called the "
            "same, and is kept. Give the BackupSession another name.",
            code=error.code,
            reason=error.reason,
        ) from error
    return found


def _snapshot(context: Context, run: BackupRun, repository: Repository) -> Object:
    key = ObjectKey(
        repository.metadata.namespace, names.snapshot(repository.metadata.name, run.key.name)
    )
    raw = context.store.find(REPOSITORY, repository.key) or {}
    app = (raw.get("spec") or {}).get("appRef") or {"apiGroup": "na", "name": "na"}
    marks = labels.of_snapshot(
        repository.metadata.name,
        app.get("kind", ""),
        ObjectKey(app.get("namespace", ""), app["name"] if app.get("kind") else ""),
    )
    notes = {labels.OWNER_UID: run.raw["metadata"]["uid"]}
    body = manifest(SNAPSHOT, key, labels=marks, annotations=notes)
    body["metadata"]["finalizers"] = [FINALIZER]
    body["metadata"]["ownerReferences"] = [
        {
            "apiVersion": REPOSITORY.api_version,
            "kind": REPOSITORY.kind,
            "name": repository.metadata.name,
            "uid": repository.metadata.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    body["spec"] = {
        "snapshotID": context.new_id(),
        "type": "FullBackup",
        "version": "v1",
        "repository": repository.metadata.name,
        "session": run.session.spec.session,
        "backupSession": run.key.name,
        "appRef": app,
        "deletionPolicy": "Delete",
    }
    return body
