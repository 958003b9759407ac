"""The operator as one thing: start, stop, how is it?

Informers are started only after the Lease was taken, so their first list shows everything that an
earlier operator has written. When the Lease is lost, nothing is written any more and the operator
ends; whoever runs it decides whether to start again.
"""

from __future__ import annotations

import gc
import os
import secrets
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ulid import ULID

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    JOB,
    POD,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from ..kube.informer import Informer
from ..resolve.labels import OURS
from . import lease as leases
from .backup_configuration import BackupConfigurationReconciler
from .backup_session import BackupSessionReconciler
from .backup_storage import BackupStorageReconciler
from .context import Context, Settings
from .events import Events
from .manager import Item, Manager
from .metrics import Calls
from .repository import RepositoryReconciler
from .restore_session import RestoreSessionReconciler
from .slim import keep_of
from .snapshot import SnapshotReconciler
from .store import Store, key_of
from .wiring import INDEXES, QUIET, WATCHED, wishes
from .writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..errors import KubeStashError
    from ..kube.client import Client, Object
    from ..resolve.image import Image

LEASE_NAMESPACE = "kube-system"
"""Where the one Lease of all operators of a cluster is, wherever they run."""

_ELSEWHERE = (BACKUP_STORAGE, RETENTION_POLICY)
"""Kinds that are read in other namespaces, too, when only one is looked after."""

_SYNC_LIMIT = 60.0
_DEAF_AFTER = 600.0
"""Seconds. A watch that has heard nothing for so long, not even a bookmark, is dead."""
_LOOKED_AT_EVERY = 5.0


class Operator:
    """Reconciles all kinds of one cluster until stopped, or until the Lease is lost."""

    def __init__(  # noqa: PLR0913 - each is a flag of `controller run`
        self,
        client: Client,
        *,
        image: Image,
        namespace: str = "",
        workers: int = 4,
        allow_cross_namespace: bool = True,
        default_deadline: timedelta = timedelta(hours=24),
        start_deadline: timedelta = timedelta(minutes=10),
        identity: str = "",
        on_note: Callable[[str], None] = lambda _: None,
        calls: Calls | None = None,
        timing: leases.Timing | None = None,
        poll: timedelta = timedelta(seconds=10),
        lease_namespace: str = LEASE_NAMESPACE,
    ) -> None:
        self.identity = identity or _identity()
        self.settings = Settings(
            image=image,
            namespace=namespace,
            allow_cross_namespace=allow_cross_namespace,
            default_deadline=default_deadline,
            start_deadline=start_deadline,
            poll=poll,
        )
        self._calls = calls or Calls()
        self._note = on_note
        key = ObjectKey(lease_namespace, leases.NAME)
        self.lease = leases.Lease(client, key, self.identity, timing=timing)
        self._informers = {
            resource: self._informer(client, resource, namespace) for resource in WATCHED
        }
        self._store = Store(self._informers, INDEXES)
        self._context = self._make_context(client)
        self._manager = Manager(
            _reconcilers(self._context), workers=workers, on_error=self._told_of_error
        )
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._lost = False
        self._deaf = False
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)

    def start(self) -> None:
        """Begin: take the Lease, fill the caches, work. Returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish what is being done, give the Lease back, end."""
        self._stopping.set()
        self.lease.stop()
        if self._thread.is_alive():
            self._ended.wait(timeout)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the operator has ended (True) or the time is over (False)."""
        return self._ended.wait(timeout)

    def wait_until_idle(self, timeout: float = 60.0) -> bool:
        """Block until there is nothing to do just now; delayed looks do not count."""
        until = time.monotonic() + timeout
        quiet = 0
        while time.monotonic() < until and not self._ended.is_set():
            is_idle = self.is_working and self._manager.queue.is_idle()
            quiet = quiet + 1 if is_idle else 0
            if quiet >= 3:
                return True
            time.sleep(0.2)
        return False

    @property
    def is_working(self) -> bool:
        """Whether the Lease is ours and all caches are filled."""
        return self.lease.held() and all(
            informer.synced.is_set() for informer in self._informers.values()
        )

    @property
    def lost_the_lease(self) -> bool:
        """Whether it has ended because another operator took over."""
        return self._lost

    @property
    def is_deaf(self) -> bool:
        """Whether it has ended because a watch was dead; a new start brings it back."""
        return self._deaf

    def healthy(self) -> bool:
        """Whether it hears from the API server: the age of the oldest sign of life of a watch."""
        if self._ended.is_set():
            return False
        if not self.is_working:
            return self._thread.is_alive()
        now = time.monotonic()
        return all(
            informer.is_alive and now - informer.last_activity < _DEAF_AFTER
            for informer in self._informers.values()
        )

    def stats(self) -> dict[str, Any]:
        """Counters since the start: queue, reconciles and errors by kind, API calls, times."""
        seconds = sorted(self._manager.seconds)
        return {
            "identity": self.identity,
            "leading": self.lease.held(),
            "queue": len(self._manager.queue),
            "reconciles": dict(self._manager.reconciles),
            "errors": dict(self._manager.errors),
            "calls": self._calls.counts(),
            "p95": seconds[int(len(seconds) * 0.95)] if seconds else 0.0,
        }

    def _run(self) -> None:
        # Caches are large and hardly ever part of a cycle: to search them all the time is a tenth
        # of the work.
        gc.set_threshold(20_000, 20, 50)
        try:
            if not self.lease.acquire(lambda who: self._note(f"waiting for the lease of {who}")):
                return
            self._note(f"identity {self.identity} (lease {leases.NAME})")
            keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
            keeper.start()
            if self._synced():
                self._manager.start()
                self._watch_over()
            self._stopping.set()
            self._manager.stop()
            self.lease.stop()
            keeper.join(5)
            self.lease.release()
        finally:
            for informer in self._informers.values():
                if informer.is_alive:
                    informer.stop()
            self._ended.set()

    def _watch_over(self) -> None:
        """Until it is stopped, or deaf: a watch that has died comes back with a new start only."""
        while not self._stopping.wait(_LOOKED_AT_EVERY):
            if self.lease.held() and not self.healthy():
                self._deaf = True
                self._note("it hears nothing from the API server any more and ends")
                return

    def _keep(self) -> None:
        if not self.lease.keep():
            self._lost = True
            self._note("the lease is lost: another operator goes on from here")
            self._stopping.set()

    def _synced(self) -> bool:
        for informer in self._informers.values():
            informer.start()
        until = time.monotonic() + _SYNC_LIMIT
        for informer in self._informers.values():
            while not informer.synced.wait(0.2):
                if self._stopping.is_set():
                    return False
                if time.monotonic() > until:
                    until = time.monotonic() + _SYNC_LIMIT
                    self._note(f"cannot list {informer.resource.plural}: {informer.last_error}")
        return True

    def _informer(self, client: Client, resource: Resource, namespace: str) -> Informer:
        def changed(_: str, raw: Object) -> None:
            itself = (
                key_of(raw) if resource in QUIET and self._store.is_echo(resource, raw) else None
            )
            self._store.caught_up(resource, raw)
            self._manager.enqueue(
                (item, delay)
                for item, delay in wishes(self._store, resource, raw)
                if (not namespace or item.key.namespace == namespace)
                and not (item.resource is resource and item.key == itself)
            )

        return Informer(
            client,
            resource,
            namespace="" if resource in _ELSEWHERE or not resource.namespaced else namespace,
            labels=OURS if resource in {JOB, POD} else "",
            indexes=INDEXES.get(resource, {}),
            on_change=changed,
            transform=keep_of(resource),
        )

    def _make_context(self, client: Client) -> Context:
        def now() -> datetime:
            return datetime.now(UTC)

        return Context(
            client=client,
            store=self._store,
            writer=Writer(client, self._store, may_write=self.lease.held),
            events=Events(client, now=now, may_write=self.lease.held, instance=self.identity),
            settings=self.settings,
            now=now,
            new_id=lambda: str(ULID()),
            note=self._note,
        )

    def _told_of_error(self, item: Item, error: KubeStashError | None, message: str) -> None:
        kind = "ReconcileFailed" if error is not None else "InternalError"
        raw = self._store.find(item.resource, item.key)
        if raw is not None:
            self._context.events.warning(raw, kind, message)
        self._note(f"{item.resource.kind}/{item.key.name}  error: {message}")


def _reconcilers(context: Context) -> dict[Resource, Any]:
    return {
        BACKUP_STORAGE: BackupStorageReconciler(context).reconcile,
        REPOSITORY: RepositoryReconciler(context).reconcile,
        SNAPSHOT: SnapshotReconciler(context).reconcile,
        BACKUP_CONFIGURATION: BackupConfigurationReconciler(context).reconcile,
        BACKUP_SESSION: BackupSessionReconciler(context).reconcile,
        RESTORE_SESSION: RestoreSessionReconciler(context).reconcile,
    }


def _identity() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
