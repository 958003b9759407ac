"""What the webhook knows of the cluster, without asking for each review.

Caches of its own: a replica that stands by answers reviews, too, while the operator's caches are
filled only by the one that leads. Only kinds that others refer to are kept, and of each only what
is referred to.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    FUNCTION,
    HOOK_TEMPLATE,
    NAMESPACE,
    REPOSITORY,
    RETENTION_POLICY,
    Resource,
)
from ...gather.configuration import DIRECTORY, directory_of
from ...kube.informer import Informer
from ..health import DEAF_AFTER
from ..store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...kube.client import Client, Object

KINDS = (
    NAMESPACE,
    ADDON,
    FUNCTION,
    HOOK_TEMPLATE,
    RETENTION_POLICY,
    BACKUP_STORAGE,
    REPOSITORY,
    BACKUP_CONFIGURATION,
)
"""Kinds that reviewed objects refer to."""

_INDEXES = {REPOSITORY: {DIRECTORY: directory_of}}
_NAMED = ("name", "namespace", "uid", "resourceVersion", "labels")


class Caches:
    """Filled and kept up to date from `start` to `stop`."""

    def __init__(self, client: Client) -> None:
        self._informers = {resource: self._informer(client, resource) for resource in KINDS}
        self.store = Store(self._informers, _INDEXES)

    def start(self) -> None:
        """Begin to fill them; returns at once."""
        for informer in self._informers.values():
            informer.start()

    def stop(self) -> None:
        """End all watches."""
        for informer in self._informers.values():
            if informer.is_alive:
                informer.stop()

    def unfilled(self) -> str:
        """Which kind has not been listed yet, and why; empty when all have been."""
        for informer in self._informers.values():
            if not informer.synced.is_set():
                why = f": {informer.last_error}" if informer.last_error else ""
                return f"{informer.resource.plural}{why}"
        return ""

    def trouble(self) -> str:
        """What only a new start can mend; else empty."""
        now = time.monotonic()
        for informer in self._informers.values():
            is_deaf = not informer.is_alive or now - informer.last_activity >= DEAF_AFTER
            if informer.synced.is_set() and is_deaf:
                return f"the watch of {informer.resource.plural} is dead"
        return ""

    def _informer(self, client: Client, resource: Resource) -> Informer:
        def changed(_: str, raw: Object) -> None:
            self.store.caught_up(resource, raw)

        return Informer(
            client,
            resource,
            indexes=_INDEXES.get(resource, {}),
            on_change=changed,
            transform=_KEPT.get(resource, _slim),
        )


def _slim(raw: Object) -> Object:
    metadata = {name: raw["metadata"][name] for name in _NAMED if name in raw["metadata"]}
    return {"metadata": metadata, "spec": raw.get("spec") or {}}


def _sessions(raw: Object) -> Object:
    """A BackupConfiguration is asked for the names of its sessions only."""
    sessions: list[dict[str, Any]] = (raw.get("spec") or {}).get("sessions") or []
    names = [{"name": each.get("name", "")} for each in sessions]
    return {**_slim(raw), "spec": {"sessions": names}}


_KEPT: dict[Resource, Callable[[Object], Object]] = {BACKUP_CONFIGURATION: _sessions}
