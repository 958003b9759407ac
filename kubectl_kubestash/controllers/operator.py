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
    BACKUP_STORAGE,
    JOB,
    POD,
    RETENTION_POLICY,
    ObjectKey,
    Resource,
)
from ..errors import ClusterError
from ..kube.informer import Informer
from ..resolve.labels import OURS
from . import lease as leases
from .context import Context, Settings
from .events import Events
from .health import Health, Readiness
from .indexes import INDEXES
from .manager import Item, Manager
from .metrics import Calls
from .reconcilers import reconcilers
from .rights import left_behind
from .slim import keep_of
from .store import Store
from .wiring import QUIET, WATCHED, is_known, of_owner, wishes
from .writer import Writer

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from ..errors import KubeStashError
    from ..kube.client import Client, Object
    from ..resolve.image import Image

_ELSEWHERE = (BACKUP_STORAGE, RETENTION_POLICY)
"""Kinds that are read in other namespaces, too, when only one is looked after."""

_SYNC_LIMIT = 60.0
_FINISHED_WITHIN = 20.0
"""Seconds for what is being done when it is asked to stop."""
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
        lease_namespace: str = leases.NAMESPACE,
        lease_client: Client | None = None,
    ) -> None:
        self.identity = identity or _identity()
        key = ObjectKey(lease_namespace, leases.NAME)
        self.settings = Settings(
            image=image,
            lease=key,
            namespace=namespace,
            allow_cross_namespace=allow_cross_namespace,
            default_deadline=default_deadline,
            start_deadline=start_deadline,
            poll=poll,
        )
        self.calls = calls or Calls()
        self._note = on_note
        self.lease = leases.Lease(lease_client or client, key, self.identity, timing=timing)
        self._informers = {
            resource: self._informer(client, resource, namespace) for resource in WATCHED
        }
        self.store = Store(self._informers, INDEXES)
        self._context = self._make_context(client)
        self.manager = Manager(
            reconcilers(self._context), workers=workers, on_error=self._told_of_error
        )
        self._health = Health(self.lease, self._informers, self.manager)
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._lost = False
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)

    def start(self) -> None:
        """Begin: take the Lease, fill the caches, work. Returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish what is being done, give the Lease back, end."""
        self._stopping.set()
        if not self.lease.held():
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
            is_idle = self.is_working and self.manager.queue.is_idle()
            quiet = quiet + 1 if is_idle else 0
            if quiet >= 3:
                return True
            time.sleep(0.2)
        return False

    @property
    def is_working(self) -> bool:
        """Whether the Lease is ours and all caches are filled."""
        return self.lease.held() and not self._health.unsynced()

    @property
    def lost_the_lease(self) -> bool:
        """Whether it has ended because another operator took over."""
        return self._lost

    @property
    def ended_because(self) -> str:
        """What was wrong when it ended by itself; a new start brings it back. Else empty."""
        return self._trouble

    def healthy(self) -> bool:
        """Whether it works and hears from the API server, or waits for its turn."""
        if self._ended.is_set() or not self._thread.is_alive():
            return False
        return not (self.is_working and self._health.trouble())

    def readiness(self) -> Readiness:
        """Whether work may be left to it; one that stands by is ready, too."""
        if self._ended.is_set() or self._stopping.is_set():
            return Readiness(False, "it ends")
        return self._health.readiness()

    @property
    def kept(self) -> Counter[str]:
        """How many objects of each kind went without the data that was to go with them."""
        return self._context.kept

    def stats(self) -> dict[str, Any]:
        """Counters since the start: queue, reconciles and errors by kind, API calls, times."""
        seconds = sorted(self.manager.seconds)
        return {
            "identity": self.identity,
            "leading": self.lease.held(),
            "queue": len(self.manager.queue),
            "reconciles": dict(self.manager.reconciles),
            "errors": dict(self.manager.errors),
            "calls": self.calls.counts(),
            "kept": dict(self.kept),
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
                self._find_rights()
                self.manager.start()
                self._watch_over()
            self._stopping.set()
            # The Lease is kept up while the workers finish, else they could not write.
            self.manager.stop(0.0 if self._lost else _FINISHED_WITHIN)
            self.lease.stop()
            keeper.join(5)
            self.lease.release()
        finally:
            for informer in self._informers.values():
                if informer.is_alive:
                    informer.stop()
            self._ended.set()

    def _watch_over(self) -> None:
        """Until it is stopped, or cannot work any more: then only a new start helps."""
        while not self._stopping.wait(_LOOKED_AT_EVERY):
            trouble = self._health.trouble() if self.lease.held() else ""
            if trouble:
                self._trouble = trouble
                self._note(f"{trouble}, so it ends")
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

    def _find_rights(self) -> None:
        """What an earlier operator gave to Jobs in other namespaces is ours to take back."""
        try:
            for owner, right in left_behind(self._context.client, self.settings.namespace):
                self._context.rights.note(owner, [right])
                self.manager.enqueue(of_owner(self.store, owner))
        except ClusterError as error:
            self._note(f"rights that were left behind cannot be listed: {error.message}")

    def _informer(self, client: Client, resource: Resource, namespace: str) -> Informer:
        def changed(before: Object | None, after: Object | None) -> None:
            raw = after if after is not None else before
            assert raw is not None
            is_echo = resource in QUIET and self.store.is_echo(resource, raw)
            self.store.caught_up(resource, raw)
            self.manager.enqueue(
                (item, delay)
                for item, delay in wishes(self.store, resource, raw, before if after else None)
                if (not namespace or item.key.namespace == namespace)
                and not (is_echo and is_known(item, resource, raw))
            )

        return Informer(
            client,
            resource,
            namespace="" if resource in _ELSEWHERE or not resource.namespaced else namespace,
            labels=OURS if resource in {JOB, POD} else "",
            indexes=INDEXES.get(resource, {}),
            on_update=changed,
            transform=keep_of(resource),
        )

    def _make_context(self, client: Client) -> Context:
        def now() -> datetime:
            return datetime.now(UTC)

        return Context(
            client=client,
            store=self.store,
            writer=Writer(client, self.store, may_write=self.lease.held),
            events=Events(client, now=now, may_write=self.lease.held, instance=self.identity),
            settings=self.settings,
            now=now,
            new_id=lambda: str(ULID()),
            note=self._note,
        )

    def _told_of_error(self, item: Item, error: KubeStashError | None, message: str) -> None:
        kind = "ReconcileFailed" if error is not None else "InternalError"
        raw = self.store.find(item.resource, item.key)
        if raw is not None:
            self._context.events.warning(raw, kind, message)
        self._note(f"{item.resource.kind}/{item.key.name}  error: {message}")


def _identity() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
