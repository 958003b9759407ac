"""Keeps the phase of a Snapshot true to its components, and lets it go as its policy says.

Watches:  Snapshot, its Jobs.
Writes:   status of the Snapshot but for its components; its cleaning Job.
Never:    touches a component that a runner writes, unless its BackupSession is gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..api.resources import BACKUP_SESSION, SNAPSHOT, ObjectKey
from ..api.storage.repository import Repository
from ..api.storage.snapshot import Snapshot
from ..errors import KubeStashError
from ..resolve import labels, snapshot_status
from ..resolve.runner_job import cleanup_job
from . import finalizers
from .backup_finish import snapshots_in_use
from .deletion import is_end_of_namespace, let_go, namespace_is_ending, wipe_out
from .repository import namespaces_of, storage_of
from .result import Result, after, done

if TYPE_CHECKING:
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
        snapshot = context.store.parse(Snapshot, raw)
        if snapshot.is_being_deleted:
            return self._release(raw, snapshot)
        if snapshot.spec.paused or labels.FORGOTTEN_BY in snapshot.metadata.annotations:
            return done()
        status = raw.get("status") or {}
        if not status.get("phase"):
            return done()  # Just created: whoever made it has not written its status yet.
        raw = finalizers.put_on(context.writer, SNAPSHOT, raw)
        before = str(status["phase"])
        if before not in snapshot_status.FINAL and self._is_abandoned(snapshot):
            changes = snapshot_status.incomplete(
                status, "Its BackupSession is gone.", now=context.now()
            )
        else:
            changes = snapshot_status.derived(status)
        context.writer.patch_status(SNAPSHOT, raw, changes)
        context.note_phase(raw, before, changes["phase"])
        return done()

    def _is_abandoned(self, snapshot: Snapshot) -> bool:
        key = ObjectKey(snapshot.metadata.namespace, snapshot.spec.backup_session)
        context = self._context
        if context.store.find(BACKUP_SESSION, key) is not None:
            return False
        return context.client.find(BACKUP_SESSION, key) is None

    def _release(self, raw: Object, snapshot: Snapshot) -> Result:
        context = self._context
        if not finalizers.has_ours(raw):
            return done()
        wipe = snapshot.spec.deletion_policy == "WipeOut"
        if wipe and self._is_being_forgotten(snapshot):
            return after(context.settings.poll)
        reason = self._why_data_stays(raw, snapshot) if wipe else ""
        try:
            pending = self._erase(raw, snapshot) if wipe and not reason else None
        except KubeStashError as error:
            if not is_end_of_namespace(error):
                raise
            pending, reason = None, _KEPT
        if pending is not None:
            return pending
        let_go(context, SNAPSHOT, raw, reason)
        return done()

    def _erase(self, raw: Object, snapshot: Snapshot) -> Result | None:
        """Remove the data, but not under a restore; None when it is gone."""
        context = self._context
        if (snapshot.metadata.namespace, snapshot.metadata.name) in snapshots_in_use(context):
            context.events.normal(raw, "CleanupWaits", "A restore is reading it.")
            return after(context.settings.poll)
        return self._wipe_out(raw, snapshot)

    def _wipe_out(self, raw: Object, snapshot: Snapshot) -> Result | None:
        repository = self._repository(snapshot)
        storage = None if repository is None else storage_of(self._context, repository)
        if repository is None or storage is None:
            return after(timedelta())
        return wipe_out(
            self._context,
            raw,
            lambda: cleanup_job(
                SNAPSHOT.kind,
                snapshot.key,
                storage=storage,
                repository=repository,
                image=self._context.settings.image,
            ),
            other_namespaces=namespaces_of(repository, storage),
        )

    def _is_being_forgotten(self, snapshot: Snapshot) -> bool:
        """Whether the finishing Job of a session that still runs is removing the data."""
        session = snapshot.metadata.annotations.get(labels.FORGOTTEN_BY, "")
        if not session:
            return False
        key = ObjectKey(snapshot.metadata.namespace, session)
        raw = self._context.store.find(BACKUP_SESSION, key)
        phase = ((raw or {}).get("status") or {}).get("phase")
        return raw is not None and phase not in {"Succeeded", "Failed", "Skipped"}

    def _why_data_stays(self, raw: Object, snapshot: Snapshot) -> str:
        if namespace_is_ending(self._context, raw):
            return _KEPT
        repository = self._repository(snapshot)
        if repository is None:
            return "Its Repository is gone, so its data stays in the backend."
        if repository.is_being_deleted:
            return "Its Repository is being deleted and decides about the data."
        if storage_of(self._context, repository) is None:
            return "Its BackupStorage is gone, so its data stays in the backend."
        return ""

    def _repository(self, snapshot: Snapshot) -> Repository | None:
        key = ObjectKey(snapshot.metadata.namespace, snapshot.spec.repository)
        return self._context.store.view(Repository, key)


_KEPT = "Its namespace is being deleted, so its data stays in the backend."
