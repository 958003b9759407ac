"""Keeps the phase of a Snapshot true to its components, and lets it go as its policy says.

Watches:  Snapshot, its Jobs.
Writes:   status of the Snapshot but for its components; its cleaning Job.
Never:    touches a component that a runner writes, unless its BackupSession is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_SESSION, SNAPSHOT, ObjectKey
from ..api.storage.repository import Repository
from ..api.storage.snapshot import Snapshot
from ..resolve import labels, snapshot_status
from ..resolve.access import BACKEND_JOB
from ..resolve.job_reads import of_repository
from ..resolve.runner_job import cleanup_job
from . import finalizers
from .backup_retention import snapshots_in_use
from .deletion import DataStays, readable, release, wipe_out
from .repository import storage_of
from .result import Result, after, done

if TYPE_CHECKING:
    from ..api.storage.backup_storage import BackupStorage
    from ..kube.client import Object
    from .context import Context


class SnapshotReconciler:
    """One pass over one Snapshot."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, observe, record."""
        context = self._context
        raw = context.store.find(SNAPSHOT, key)
        if raw is None:
            return done()
        if finalizers.is_being_deleted(raw):
            return self._release(raw)
        annotations = raw["metadata"].get("annotations") or {}
        if (raw.get("spec") or {}).get("paused") or labels.FORGOTTEN_BY in annotations:
            return done()
        status = raw.get("status") or {}
        if not status.get("phase"):
            return done()  # Just created: whoever made it has not written its status yet.
        raw = finalizers.put_on(context.writer, SNAPSHOT, raw)
        before = str(status["phase"])
        if before not in snapshot_status.FINAL and self._is_abandoned(raw):
            changes = snapshot_status.incomplete(
                status, "Its BackupSession is gone.", now=context.now()
            )
        else:
            changes = snapshot_status.derived(status)
            if changes["phase"] == before and before not in snapshot_status.FINAL:
                return done()  # Sizes are written down together with the next phase.
        context.writer.patch_status(SNAPSHOT, raw, changes)
        context.note_phase(raw, before, changes["phase"])
        return done()

    def _is_abandoned(self, raw: Object) -> bool:
        session = str((raw.get("spec") or {}).get("backupSession") or "")
        key = ObjectKey(raw["metadata"]["namespace"], session)
        context = self._context
        if context.store.find(BACKUP_SESSION, key) is not None:
            return False
        return context.client.find(BACKUP_SESSION, key) is None

    def _release(self, raw: Object) -> Result:
        return release(self._context, SNAPSHOT, raw, wipe=lambda: self._erase(raw))

    def _erase(self, raw: Object) -> Result | None:
        """Remove the data, but not under a restore; None when it is gone. Raises DataStays."""
        context = self._context
        snapshot = readable(context, Snapshot, raw)
        if self._is_being_forgotten(snapshot):
            return after(context.settings.poll)
        repository, storage = self._backend(snapshot)
        if (snapshot.metadata.namespace, snapshot.metadata.name) in snapshots_in_use(context):
            context.events.normal(raw, "CleanupWaits", "A restore is reading it.")
            return after(context.settings.poll)
        return wipe_out(
            context,
            raw,
            lambda: cleanup_job(
                SNAPSHOT.kind,
                snapshot.key,
                storage=storage,
                repository=repository,
                image=context.settings.image,
            ),
            reads=of_repository(repository, storage),
            role=BACKEND_JOB,
        )

    def _backend(self, snapshot: Snapshot) -> tuple[Repository, BackupStorage]:
        """Where the data is. Raises DataStays."""
        context = self._context
        key = ObjectKey(snapshot.metadata.namespace, snapshot.spec.repository)
        repository = context.store.view(Repository, key)
        if repository is None:
            raise DataStays("Its Repository is gone, so its data stays in the backend.")
        if repository.is_being_deleted:
            raise DataStays("Its Repository is being deleted and decides about the data.")
        storage = storage_of(context, repository)
        if storage is None:
            raise DataStays("Its BackupStorage is gone, so its data stays in the backend.")
        return repository, storage

    def _is_being_forgotten(self, snapshot: Snapshot) -> bool:
        """Whether the finishing Job of a session that still runs is removing the data."""
        session = snapshot.metadata.annotations.get(labels.FORGOTTEN_BY, "")
        if not session:
            return False
        key = ObjectKey(snapshot.metadata.namespace, session)
        raw = self._context.store.find(BACKUP_SESSION, key)
        phase = ((raw or {}).get("status") or {}).get("phase")
        return raw is not None and phase not in {"Succeeded", "Failed", "Skipped"}
