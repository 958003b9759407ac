"""Are we the operator?

One Lease for all operators of a cluster, wherever they run
(https://kubernetes.io/docs/concepts/architecture/leases/). The holder renews it; when it could not
for `renew_deadline`, it must stop working before others may take over after `duration`. Times of
others are judged by when *we* saw the Lease change, on a monotonic clock: clocks of two machines
are never compared. `held()` turns False by itself when the deadline passes, also while this process
was stopped, so it can be asked before each write.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..api.resources import LEASE, ObjectKey
from ..errors import AlreadyExists, ClusterError, Conflict, NotFound
from ..resolve.operator_manifests import LEASE as LEASE_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kube.client import Client, Object

NAME, NAMESPACE = LEASE_KEY.name, LEASE_KEY.namespace

_LOOKED_AT_EVERY = 1.0


@dataclass(frozen=True, kw_only=True)
class Timing:
    """All in seconds. `renew_deadline` must be clearly below `duration`."""

    duration: float = 15.0
    renew_deadline: float = 10.0
    retry_period: float = 2.0


class Lease:
    """Election by a Lease object: `acquire` waits for it, `keep` until it is stopped or lost."""

    def __init__(
        self,
        client: Client,
        key: ObjectKey,
        identity: str,
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.identity = identity
        self._client = client
        self._key = key
        self._timing = timing or Timing()
        self._clock = clock
        self._stopping = threading.Event()
        self._renewed_at = float("-inf")
        self._seen: tuple[str, float] = ("", float("-inf"))
        self._acquired = False
        self._mine: Object | None = None
        """The Lease as our last write has left it."""
        self._answered_at = float("-inf")
        self.holder = ""

    def held(self) -> bool:
        """Whether we may write now."""
        return self._acquired and self._clock() < self._renewed_at + self._timing.renew_deadline

    def is_heard(self) -> bool:
        """Whether the API server has answered within the time that a Lease lasts."""
        return self._clock() < self._answered_at + self._timing.duration

    def acquire(self, on_wait: Callable[[str], None] | None = None) -> bool:
        """Block until the Lease is ours (True) or `stop` was called (False)."""
        told = ""
        while not self._stopping.is_set():
            if self.attempt():
                self._acquired = True
                return True
            if on_wait is not None and self.holder and self.holder != told:
                told = self.holder
                on_wait(told)
            self._stopping.wait(self._timing.retry_period)
        return False

    def keep(self) -> bool:
        """Block while it is renewed; True when it was stopped, False when the Lease was lost.

        Renewing is done by a thread of its own, because a server that takes a request and never
        answers must not hold up the end.
        """
        threading.Thread(target=self._renew, name="lease renewal", daemon=True).start()
        while self.held():
            left = self._renewed_at + self._timing.renew_deadline - self._clock()
            if self._stopping.wait(max(0.0, min(left, _LOOKED_AT_EVERY))):
                return True
        return False

    def stop(self) -> None:
        """Stop renewing. `release` comes after the last write."""
        self._stopping.set()

    def release(self) -> None:
        """Give the Lease back, so that the next operator need not wait."""
        held, self._acquired = self.held(), False
        if not held:
            return
        try:
            lease = self._client.get(LEASE, self._key)
            if _spec(lease).get("holderIdentity") == self.identity:
                self._write(lease, {"holderIdentity": "", "leaseDurationSeconds": 1})
        except ClusterError:
            return  # It will run out by itself.

    def _renew(self) -> None:
        while not self._stopping.wait(self._timing.retry_period) and self.held():
            self.attempt()

    def attempt(self) -> bool:
        """Try once to take or renew the Lease; whether it is ours now."""
        started = self._clock()
        try:
            taken = self._take_or_renew()
        except ClusterError:
            return False
        self._answered_at = self._clock()
        if taken:
            # From before the request: the server may have counted from any time since.
            self._renewed_at = started
        else:
            self._acquired = False
        return taken

    def _take_or_renew(self) -> bool:
        if self._mine is not None and self._renewed(self._mine):
            return True
        lease = self._client.find(LEASE, self._key)
        if lease is None:
            return self._create()
        spec = _spec(lease)
        self.holder = str(spec.get("holderIdentity") or "")
        if self.holder not in {"", self.identity} and not self._has_run_out(lease):
            return False
        changes: dict[str, Any] = {
            "holderIdentity": self.identity,
            "leaseDurationSeconds": round(self._timing.duration),
            "renewTime": _micro_time(),
        }
        if self.holder != self.identity:
            changes["acquireTime"] = changes["renewTime"]
            changes["leaseTransitions"] = int(spec.get("leaseTransitions") or 0) + 1
        try:
            self._mine = self._write(lease, changes)
        except (Conflict, NotFound):
            return False
        return True

    def _renewed(self, lease: Object) -> bool:
        """Renew it without reading it: whoever has changed it meanwhile makes this fail."""
        self._mine = None
        try:
            self._mine = self._write(lease, {"renewTime": _micro_time()})
        except (Conflict, NotFound):
            return False
        return True

    def _has_run_out(self, lease: Object) -> bool:
        version = str(lease["metadata"].get("resourceVersion", ""))
        if version != self._seen[0]:
            self._seen = (version, self._clock())
            return False
        duration = float(_spec(lease).get("leaseDurationSeconds") or self._timing.duration)
        return self._clock() >= self._seen[1] + duration

    def _create(self) -> bool:
        now = _micro_time()
        body = {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.kind,
            "metadata": {"namespace": self._key.namespace, "name": self._key.name},
            "spec": {
                "holderIdentity": self.identity,
                "leaseDurationSeconds": round(self._timing.duration),
                "acquireTime": now,
                "renewTime": now,
                "leaseTransitions": 0,
            },
        }
        try:
            self._mine = self._client.create(LEASE, body)
        except AlreadyExists:
            return False
        return True

    def _write(self, lease: Object, changes: dict[str, Any]) -> Object:
        version = str(lease["metadata"]["resourceVersion"])
        return self._client.patch(LEASE, self._key, {"spec": changes}, resource_version=version)


def _spec(lease: Object) -> dict[str, Any]:
    return lease.get("spec") or {}


def _micro_time() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
