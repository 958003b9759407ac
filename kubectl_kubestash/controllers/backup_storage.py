"""Keeps a BackupStorage initialised and its list of Repositories true.

Watches:  BackupStorage, the Repositories on it, its Jobs.
Writes:   status of the BackupStorage; its initialising and cleaning Jobs; deletes the Repository
          objects on it when it is deleted itself.
Never:    reads a Secret (only whether it is there), opens a backend.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import BACKUP_STORAGE, NAMESPACE, REPOSITORY, SECRET, ObjectKey
from ..api.storage.backup_storage import BackupStorage
from ..kube.store import key_of
from ..resolve import conditions, storage_status
from ..resolve.access import STORAGE_INITIALIZER_JOB, Named
from ..resolve.findings import summary
from ..resolve.job_reads import of_storage
from ..resolve.runner_job import cleanup_job, init_storage_job
from ..resolve.validation import storage_findings
from . import finalizers, jobs
from .deletion import namespace_is_ending, readable, release, wipe_out
from .initialization import Outcome, initialize
from .result import Result, after, done, soonest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..kube.client import Object
    from .context import Context

LOOK_AT_SECRET = timedelta(minutes=5)
"""Secrets are not watched; whether one was replaced is looked at this often."""


class BackupStorageReconciler:
    """One pass over one BackupStorage."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._denied: dict[str, frozenset[str]] = {}

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, observe, judge, ensure, record."""
        context = self._context
        raw = context.store.find(BACKUP_STORAGE, key)
        if raw is None:
            return done()
        if finalizers.is_being_deleted(raw):
            return self._release(raw)
        storage = context.store.parse(BackupStorage, raw)
        raw = finalizers.put_on(context.writer, BACKUP_STORAGE, raw)
        status = raw.get("status") or {}
        entries = list(status.get("conditions") or ())
        secret, entries = self._secret(raw, entries)
        others = [view for view in context.store.views(BackupStorage) if view.key != key]
        findings = storage_findings(storage, others)
        reported: list[dict[str, Any]] = list(status.get("repositories") or ())
        if findings:
            entries = self._initialized(entries, False, summary(findings))
            look_again = done()
        elif conditions.is_false(entries, conditions.BACKEND_SECRET_FOUND):
            look_again = after(context.settings.poll)
        else:
            outcome = self._initialize(raw, storage, secret)
            look_again = soonest(outcome.look_again, after(LOOK_AT_SECRET))
            if outcome.error:
                entries = self._initialized(entries, False, outcome.error)
            elif outcome.result is not None:
                entries = self._initialized(entries, True, "Successfully initialized backend.")
                reported = list(outcome.result.get("repositories") or ())
        return self._record(raw, entries, reported, look_again)

    def _record(
        self,
        raw: Object,
        entries: list[Any],
        reported: list[dict[str, Any]],
        look_again: Result,
    ) -> Result:
        context = self._context
        listed = storage_status.repositories(
            context.store.each_by_index(REPOSITORY, "storage", f"{key_of(raw)}"), reported
        )
        fields: dict[str, Any] = {
            "conditions": entries,
            "phase": storage_status.phase(entries),
            "repositories": listed,
            "totalSize": storage_status.total_size(listed),
        }
        context.writer.patch_status(BACKUP_STORAGE, raw, fields)
        before = str((raw.get("status") or {}).get("phase") or "NotReady")
        context.note_phase(raw, before, fields["phase"])
        return look_again

    def _secret(self, raw: Object, entries: list[Any]) -> tuple[Object | None, list[Any]]:
        """Metadata of the storage's Secret, and what its presence says."""
        key = secret_of(raw)
        if key is None:
            # It may have had one before.
            return None, conditions.without(entries, conditions.BACKEND_SECRET_FOUND)
        found = self._context.client.find_metadata(SECRET, key)
        message = "Backend secret exists." if found else f"Secret {key} does not exist."
        return found, conditions.with_condition(
            entries,
            conditions.BACKEND_SECRET_FOUND,
            found is not None,
            message,
            now=self._context.now(),
        )

    def _initialize(self, raw: Object, storage: BackupStorage, secret: Object | None) -> Outcome:
        context = self._context
        spec = raw.get("spec") or {}
        digest = storage_status.inputs_digest(spec.get("storage") or {}, secret)
        body = init_storage_job(storage, image=context.settings.image, inputs=digest)
        allowed = self._granted(storage)
        outcome = initialize(
            context,
            raw,
            body,
            task="init-storage",
            role=STORAGE_INITIALIZER_JOB,
            reads=of_storage(storage),
            other_namespaces=allowed,
        )
        return self._retry_denied(storage, outcome)

    def _granted(self, storage: BackupStorage) -> list[str]:
        """Namespaces in which an earlier run was not allowed to bring Repositories back."""
        return sorted(self._denied.get(storage.metadata.uid, ()))

    def _retry_denied(self, storage: BackupStorage, outcome: Outcome) -> Outcome:
        """Once more with rights in the namespaces that the backend's Repositories belong to."""
        context = self._context
        denied = set((outcome.result or {}).get("denied") or ())
        there = {
            name
            for name in denied
            if context.store.find(NAMESPACE, ObjectKey("", name)) is not None
        }
        known = self._denied.get(storage.metadata.uid, frozenset())
        if not context.settings.allow_cross_namespace or there <= known:
            return outcome
        self._denied[storage.metadata.uid] = known | there
        jobs.remove_all(context, BACKUP_STORAGE.kind, storage.key)
        return Outcome(None, "", after(timedelta(seconds=1)))

    def _initialized(self, entries: list[Any], ok: bool, message: str) -> list[Any]:
        return conditions.with_condition(
            entries, conditions.BACKEND_INITIALIZED, ok, message, now=self._context.now()
        )

    def _release(self, raw: Object) -> Result:
        return release(
            self._context,
            BACKUP_STORAGE,
            raw,
            wipe=lambda: self._wipe_out(raw),
            follow=lambda: self._delete_repositories(raw),
        )

    def _wipe_out(self, raw: Object) -> Result | None:
        context = self._context
        storage = readable(context, BackupStorage, raw)
        repositories = repositories_on(context, storage.key)
        return wipe_out(
            context,
            raw,
            lambda: cleanup_job(
                BACKUP_STORAGE.kind, storage.key, storage=storage, image=context.settings.image
            ),
            reads=[*of_storage(storage), *self._to_compare(storage, repositories)],
            repositories=[key_of(entry) for entry in repositories],
        )

    def _to_compare(self, storage: BackupStorage, found: Iterable[Object]) -> Iterator[Named]:
        """The Repositories by whose uid a namesake of another cluster is told."""
        for entry in found:
            is_near = entry["metadata"]["namespace"] == storage.metadata.namespace
            may_read = is_near or self._context.settings.allow_cross_namespace
            if may_read and not namespace_is_ending(self._context, entry):
                yield Named(REPOSITORY, key_of(entry))

    def _delete_repositories(self, raw: Object) -> Result | None:
        left = repositories_on(self._context, key_of(raw))
        for repository in left:
            self._delete_object_only(repository)
        return after(timedelta(seconds=2)) if left else None

    def _delete_object_only(self, repository: Object) -> None:
        """Data goes on a direct delete only: this one follows from the storage's."""
        context = self._context
        if (repository.get("spec") or {}).get("deletionPolicy") == "WipeOut":
            changes = {"spec": {"deletionPolicy": "Delete"}}
            repository = context.writer.patch(REPOSITORY, repository, changes)
        if not finalizers.is_being_deleted(repository):
            context.writer.delete(REPOSITORY, repository)


def repositories_on(context: Context, key: ObjectKey) -> list[Object]:
    """The Repositories of a BackupStorage."""
    return context.store.by_index(REPOSITORY, "storage", f"{key}")


def secret_of(storage: Object) -> ObjectKey | None:
    """The Secret with the credentials of a BackupStorage; None when it needs none."""
    backend = (storage.get("spec") or {}).get("storage") or {}
    provider = str(backend.get("provider") or "")
    name = (backend.get(provider) or {}).get("secretName") if provider != "local" else ""
    return ObjectKey(storage["metadata"]["namespace"], str(name)) if name else None
