"""Is the operator well, and may work be left to it?

The two questions of a kubelet (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/):
who is not alive is started anew, so an API server that is away is no reason; who is not ready holds
up a rollout. One that stands by for another to end is ready: it takes over at once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.resources import Resource
    from ..kube.informer import Informer
    from .lease import Lease
    from .manager import Manager

DEAF_AFTER = 600.0
"""Seconds. A watch that has heard nothing for so long, not even a bookmark, is dead."""
STUCK_AFTER = 900.0
"""Seconds. One pass over one object never takes so long: each request gives up by itself."""


class Readiness(NamedTuple):
    """Whether work may be left to it, and a word on why."""

    is_ready: bool
    says: str


class Health:
    """Looks at the parts of an operator. Changes nothing."""

    def __init__(
        self, lease: Lease, informers: Mapping[Resource, Informer], manager: Manager
    ) -> None:
        self._lease = lease
        self._informers = informers
        self._manager = manager

    def unsynced(self) -> list[Informer]:
        """Those whose first list is not complete."""
        return [each for each in self._informers.values() if not each.synced.is_set()]

    def trouble(self) -> str:
        """What only a new start can mend; empty when there is nothing. For one that leads."""
        now = time.monotonic()
        for informer in self._informers.values():
            if not informer.synced.is_set():
                continue
            if not informer.is_alive or now - informer.last_activity >= DEAF_AFTER:
                return f"the watch of {informer.resource.plural} is dead"
        if self._manager.is_stuck(STUCK_AFTER):
            return f"a worker has been on one object for more than {STUCK_AFTER:.0f}s"
        return ""

    def readiness(self) -> Readiness:
        """Whether it leads with filled caches, or stands by and hears from the API server."""
        if self._lease.held():
            waiting = self.unsynced()
            if not waiting:
                return Readiness(True, "leading")
            why = f": {waiting[0].last_error}" if waiting[0].last_error else ""
            return Readiness(False, f"waiting for the list of {waiting[0].resource.plural}{why}")
        if self._lease.is_heard():
            return Readiness(True, f"standing by: {self._lease.holder or 'nobody'} leads")
        return Readiness(False, "the API server does not answer")
