"""Which objects are looked at when one of them changes?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    CRON_JOB,
    FUNCTION,
    JOB,
    NAMESPACE,
    POD,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from ..kube.store import key_of
from ..resolve import exclusive, snapshot_status
from ..resolve.validation.unsupported_kind import LEFT_ALONE
from .indexes import invoker_of, storage_of, storages_of
from .jobs import owner_of
from .manager import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..kube.client import Object
    from .store import Store

Wish = tuple[Item, float]

SOON = timedelta(seconds=5).total_seconds()
"""Sums over many objects are brought up to date at most this often."""

_WHILE_IT_RUNS = timedelta(minutes=1).total_seconds()
"""A Snapshot that is not complete counts for no sum yet; most are complete before this."""

_GOES_ON = 1.0
"""What a Job that goes on tells on its way, and its Pods, calls for one look at it all."""

_A_MOMENT = 0.2
"""Until what has changed is known to all who look."""

_WAITING = frozenset({None, "", "Pending"})
_UNDECIDED = _WAITING | {"Invalid"}
"""Of restores: it may be that what they wait for is there now."""
_NOT_OVER = _WAITING | {"Running"}

WATCHED: tuple[Resource, ...] = (
    NAMESPACE,
    ADDON,
    FUNCTION,
    RETENTION_POLICY,
    BACKUP_STORAGE,
    REPOSITORY,
    SNAPSHOT,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    RESTORE_SESSION,
    CRON_JOB,
    JOB,
    POD,
    *LEFT_ALONE,
)

QUIET = (BACKUP_CONFIGURATION, BACKUP_SESSION, CRON_JOB, REPOSITORY, SNAPSHOT)
"""Kinds whose reconcilers ask for another pass themselves when their own write calls for one."""

_DRIVEN = {
    resource.kind: resource
    for resource in (BACKUP_STORAGE, REPOSITORY, SNAPSHOT, BACKUP_SESSION, RESTORE_SESSION)
}


def wishes(
    store: Store, resource: Resource, raw: Object, before: Object | None = None
) -> Iterator[Wish]:
    """The objects to look at after this one has changed, each with a delay in seconds.

    `before` is what it was; None when it is new, or gone.
    """
    yield Item(resource, key_of(raw)), 0.0
    if resource in _AFFECTED and not (resource is BACKUP_STORAGE and _is_the_same(before, raw)):
        yield from _AFFECTED[resource](store, raw)


def _is_the_same(before: Object | None, storage: Object) -> bool:
    """Whether a storage is to all others what it was: its sizes change all the time."""
    return before is not None and _says(before) == _says(storage)


def _says(storage: Object) -> tuple[object, ...]:
    metadata = storage["metadata"]
    told = (metadata.get("uid"), metadata.get("deletionTimestamp"), _phase(storage))
    return (*told, storage.get("spec"))


def is_known(item: Item, resource: Resource, raw: Object) -> bool:
    """Whether who looks after this item knows of the change, because it was made for it.

    A Snapshot is written for its session, or to say that it runs, which calls for nothing; a
    CronJob for its configuration. What has no status was made for somebody else, and who looks
    after it has not seen it yet.
    """
    if resource is CRON_JOB:
        return item.resource is BACKUP_CONFIGURATION
    if resource is SNAPSHOT:
        return item.resource in {SNAPSHOT, BACKUP_SESSION}
    return item.resource is resource and item.key == key_of(raw) and bool(raw.get("status"))


def _of_storage(store: Store, raw: Object) -> Iterator[Wish]:
    phase = (raw.get("status") or {}).get("phase")
    for entry in store.each(BACKUP_CONFIGURATION):
        spec = entry.get("spec") or {}
        if f"{key_of(raw)}" not in storages_of(entry) and spec.get("backends"):
            continue
        # The sizes in a storage's status change all the time, and concern nobody else.
        if not _has_recorded(entry, key_of(raw), phase):
            yield Item(BACKUP_CONFIGURATION, key_of(entry)), 0.0
    for entry in store.each_by_index(REPOSITORY, "storage", f"{key_of(raw)}"):
        if ((entry.get("status") or {}).get("phase")) != "Ready":
            yield Item(REPOSITORY, key_of(entry)), 0.0


def _has_recorded(configuration: Object, key: ObjectKey, phase: str | None) -> bool:
    """Whether a ready configuration knows already that the storage is in this phase."""
    status = configuration.get("status") or {}
    if status.get("phase") != "Ready":
        return False
    known = [
        (entry.get("storage") or {}).get("phase")
        for entry in status.get("backends") or ()
        if (entry.get("storage") or {}).get("ref") == {"name": key.name, "namespace": key.namespace}
    ]
    return bool(known) and all(each == phase for each in known)


def _of_repository(store: Store, raw: Object) -> Iterator[Wish]:
    for storage in storage_of(raw):
        namespace, _, name = storage.partition("/")
        yield Item(BACKUP_STORAGE, ObjectKey(namespace, name)), SOON
    filed = f"{key_of(raw)}"
    phase = (raw.get("status") or {}).get("phase") or "NotReady"
    for entry in store.by_index(BACKUP_CONFIGURATION, "repository", filed):
        recorded = (entry.get("status") or {}).get("repositories") or ()
        known = {each.get("name"): each.get("phase") for each in recorded}
        if (
            known.get(raw["metadata"]["name"]) != phase
            or store.find(REPOSITORY, key_of(raw)) is None
        ):
            yield Item(BACKUP_CONFIGURATION, key_of(entry)), 0.5
            yield from _waiting_for(store, filed)


def _waiting_for(store: Store, repository: str) -> Iterator[Wish]:
    """Runs that are not over and may have waited for this Repository, or for a Job on it."""
    for configuration in store.by_index(BACKUP_CONFIGURATION, "repository", repository):
        yield from _of_configuration(store, configuration)
    for restore in store.each(RESTORE_SESSION):
        if _phase(restore) in _NOT_OVER:
            yield Item(RESTORE_SESSION, key_of(restore)), _A_MOMENT


def _of_configuration(store: Store, raw: Object) -> Iterator[Wish]:
    for session in store.by_index(BACKUP_SESSION, "invoker", f"{key_of(raw)}"):
        if _phase(session) in _NOT_OVER or _waits_for_retry(session):
            yield Item(BACKUP_SESSION, key_of(session)), _A_MOMENT


def _waits_for_retry(session: Object) -> bool:
    status = session.get("status") or {}
    return bool(status.get("nextRetry")) and not status.get("retried")


def _phase(raw: Object) -> str | None:
    phase: str | None = (raw.get("status") or {}).get("phase")
    return phase


def _of_snapshot(store: Store, raw: Object) -> Iterator[Wish]:
    namespace = raw["metadata"].get("namespace", "")
    spec = raw.get("spec") or {}
    sources = (
        f"{SNAPSHOT.kind}/{key_of(raw)}",
        f"{REPOSITORY.kind}/{namespace}/{spec.get('repository', '')}",
    )
    for source in sources:
        for restore in store.by_index(RESTORE_SESSION, "source", source):
            if _phase(restore) in _UNDECIDED:
                yield Item(RESTORE_SESSION, key_of(restore)), _A_MOMENT
    is_over = _phase(raw) in snapshot_status.FINAL or store.find(SNAPSHOT, key_of(raw)) is None
    wait = SOON if is_over else _WHILE_IT_RUNS
    yield Item(REPOSITORY, ObjectKey(namespace, spec.get("repository", ""))), wait
    has_news = is_over or snapshot_status.is_reported(raw.get("status") or {})
    session = ObjectKey(namespace, spec.get("backupSession", ""))
    yield Item(BACKUP_SESSION, session), 0.0 if has_news else _GOES_ON


def _of_session(store: Store, raw: Object) -> Iterator[Wish]:
    key = key_of(raw)
    is_gone = store.find(BACKUP_SESSION, key) is None
    if is_gone:
        for snapshot in store.by_index(SNAPSHOT, "session", f"{key}"):
            yield Item(SNAPSHOT, key_of(snapshot)), 0.0
    if not is_gone and _phase(raw) in _WAITING:
        return
    # While it runs, others of the same session are skipped; when it ends, it is another's turn.
    session = (raw.get("spec") or {}).get("session") if _phase(raw) == "Running" else None
    for invoker in invoker_of(raw):
        for other in store.by_index(BACKUP_SESSION, "invoker", invoker):
            if _phase(other) in _WAITING and (
                is_gone or session in {None, (other.get("spec") or {}).get("session")}
            ):
                yield Item(BACKUP_SESSION, key_of(other)), 0.0


def _of_job(store: Store, raw: Object) -> Iterator[Wish]:
    if not exclusive.is_active(raw):
        for repository in exclusive.repositories(raw):
            yield from _waiting_for(store, repository)
    yield from _who_made(store, raw)


def _who_made(store: Store, job: Object) -> Iterator[Wish]:
    goes_on = exclusive.is_active(job) and store.find(JOB, key_of(job)) is not None
    yield from of_owner(store, owner_of(job), _GOES_ON if goes_on else 0.0)


def of_owner(store: Store, value: str, delay: float = 0.0) -> Iterator[Wish]:
    """The object whose Jobs are filed under this value, whether it is still there or not."""
    resource = _DRIVEN.get(value.partition("/")[0])
    if resource is None:
        return
    there = store.keys_by_index(resource, "label", value)
    for key in there:
        yield Item(resource, key), delay
    if not there:
        _, namespace, name = value.split("/", 2)
        yield Item(resource, ObjectKey(namespace, name)), 1.0


def _of_pod(store: Store, raw: Object) -> Iterator[Wish]:
    for owner in raw["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == JOB.kind:
            key = ObjectKey(raw["metadata"].get("namespace", ""), owner["name"])
            job = store.find(JOB, key)
            if job is not None:
                yield from _who_made(store, job)


def _of_cron_job(store: Store, raw: Object) -> Iterator[Wish]:
    del store
    for owner in raw["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == BACKUP_CONFIGURATION.kind:
            key = ObjectKey(raw["metadata"].get("namespace", ""), owner["name"])
            yield Item(BACKUP_CONFIGURATION, key), 0.5


def _of_catalogue(store: Store, raw: Object) -> Iterator[Wish]:
    """Addons, Functions and policies: whoever waits for one is looked at again."""
    del raw
    for resource in (BACKUP_CONFIGURATION, RESTORE_SESSION):
        for entry in store.each(resource):
            if (entry.get("status") or {}).get("phase") in {None, "NotReady", "Invalid", "Pending"}:
                yield Item(resource, key_of(entry)), 0.5


_AFFECTED: Mapping[Resource, Callable[[Store, Object], Iterator[Wish]]] = {
    BACKUP_STORAGE: _of_storage,
    BACKUP_CONFIGURATION: _of_configuration,
    REPOSITORY: _of_repository,
    SNAPSHOT: _of_snapshot,
    BACKUP_SESSION: _of_session,
    JOB: _of_job,
    POD: _of_pod,
    CRON_JOB: _of_cron_job,
    ADDON: _of_catalogue,
    FUNCTION: _of_catalogue,
    RETENTION_POLICY: _of_catalogue,
}
