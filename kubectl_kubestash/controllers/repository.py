"""Keeps a Repository initialised and its figures true.

Watches:  Repository, its Snapshots, its Jobs.
Writes:   status of the Repository; its initialising and cleaning Jobs; deletes its Snapshots when
          it is deleted itself.
Never:    opens a backend; removes data unless the Repository itself was deleted with WipeOut.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import REPOSITORY, SNAPSHOT
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..kube.store import key_of
from ..resolve import conditions, repository_status
from ..resolve.job_reads import of_files
from ..resolve.runner_job import cleanup_job, init_repository_job
from . import finalizers, jobs
from .deletion import DataStays, readable, release, wipe_out
from .initialization import initialize
from .result import Result, after, done

if TYPE_CHECKING:
    from ..api.resources import ObjectKey
    from ..kube.client import Object
    from .context import Context


class RepositoryReconciler:
    """One pass over one Repository."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, observe, judge, ensure, record."""
        context = self._context
        raw = context.store.find(REPOSITORY, key)
        if raw is None:
            return done()
        if finalizers.is_being_deleted(raw):
            return self._release(raw)
        if (raw.get("spec") or {}).get("paused"):
            return done()
        raw = finalizers.put_on(context.writer, REPOSITORY, raw)
        entries, look_again = self._initialized(raw)
        status = raw.get("status") or {}
        snapshots = snapshots_in(context, key)
        fields = {
            "conditions": entries,
            "phase": repository_status.phase(entries),
            **repository_status.figures(snapshots, status),
        }
        for snapshot in snapshots[-1:]:
            if problem := repository_status.differing_identity(status, snapshot):
                context.events.warning(raw, "RepositoryChanged", problem)
        context.writer.patch_status(REPOSITORY, raw, fields)
        context.note_phase(raw, str(status.get("phase") or "NotReady"), fields["phase"])
        return look_again

    def _initialized(self, raw: Object) -> tuple[list[Any], Result]:
        """The conditions after another look at the backend, and when to look again."""
        context = self._context
        recorded = list((raw.get("status") or {}).get("conditions") or ())
        if conditions.is_true(recorded, conditions.REPOSITORY_INITIALIZED):
            jobs.remove_all(context, REPOSITORY.kind, key_of(raw))
            return recorded, done()
        repository = context.store.parse(Repository, raw)
        storage = storage_of(context, repository)
        if storage is None or storage.status.phase != "Ready":
            where = repository.spec.storage_ref
            name = where.key(repository.metadata.namespace) if where is not None else "(none)"
            message = f"BackupStorage {name} is not ready."
            return self._condition(recorded, False, message), after(context.settings.poll)
        body = init_repository_job(repository, storage, image=context.settings.image)
        outcome = initialize(
            context,
            raw,
            body,
            task="init-repository",
            reads=of_files(repository, storage),
        )
        if outcome.error:
            return self._condition(recorded, False, outcome.error), outcome.look_again
        if outcome.result is None:
            return recorded, outcome.look_again
        # The next pass takes the Job away.
        return self._condition(recorded, True, "Successfully initialized repository"), after(
            timedelta()
        )

    def _condition(self, recorded: list[Any], ok: bool, message: str) -> list[Any]:
        return conditions.with_condition(
            recorded, conditions.REPOSITORY_INITIALIZED, ok, message, now=self._context.now()
        )

    def _release(self, raw: Object) -> Result:
        return release(
            self._context,
            REPOSITORY,
            raw,
            wipe=lambda: self._wipe_out(raw),
            follow=lambda: self._delete_snapshots(raw),
        )

    def _delete_snapshots(self, raw: Object) -> None:
        """The Snapshot objects go, too; what becomes of their data is decided already."""
        for snapshot in snapshots_in(self._context, key_of(raw)):
            self._context.writer.delete(SNAPSHOT, snapshot)

    def _wipe_out(self, raw: Object) -> Result | None:
        context = self._context
        repository = readable(context, Repository, raw)
        storage = storage_of(context, repository)
        if storage is None:
            raise DataStays("Its BackupStorage is gone, so its data stays.")
        return wipe_out(
            context,
            raw,
            lambda: cleanup_job(
                REPOSITORY.kind,
                repository.key,
                storage=storage,
                repository=repository,
                image=context.settings.image,
            ),
            reads=of_files(repository, storage),
        )


def snapshots_in(context: Context, key: ObjectKey) -> list[Object]:
    """The Snapshots of a Repository that are not being deleted, oldest first."""
    found = context.store.by_index(SNAPSHOT, "repository", f"{key.namespace}/{key.name}")
    alive = (entry for entry in found if not finalizers.is_being_deleted(entry))
    return sorted(
        alive,
        key=lambda entry: (
            str((entry.get("status") or {}).get("snapshotTime") or ""),
            str(entry["metadata"]["name"]),
        ),
    )


def storage_of(context: Context, repository: Repository) -> BackupStorage | None:
    """The BackupStorage of a Repository, or None."""
    reference = repository.spec.storage_ref
    if reference is None:
        return None
    return context.store.view(BackupStorage, reference.key(repository.metadata.namespace))
