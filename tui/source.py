"""Where the monitor's data comes from.

The monitor asks only this interface, so it can be fed by a cluster, by a generator of load, or by
what a bundle has kept.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .session_row import SessionKey

Object = dict[str, Any]


class Trouble(NamedTuple):
    """Why objects of a kind are not up to date."""

    kind: str
    reason: str
    """`away` when the server does not answer, `missing` without the kind, else `refused`."""

    message: str
    hints: tuple[str, ...] = ()


class Overview(NamedTuple):
    """What tells how each scheduled backup stands."""

    configurations: list[Object]
    sessions: list[Object]
    snapshots: list[Object]


class Source(Protocol):
    """Sessions, and what belongs to them.

    `session`, `snapshots`, `troubles` and `is_synced` are quick: they are asked while the screen
    is drawn. `events`, `log`, `namespaces` and `overview` may take their time, and raise
    ClusterError: they are asked on threads of their own.
    """

    @property
    def scope(self) -> str:
        """The namespace that is watched; empty for all of them."""

    @property
    def is_synced(self) -> bool:
        """Whether each kind that can be read has been read whole."""

    def start(self, inbox: Inbox) -> None:
        """Begin to put what changes into the inbox; returns at once."""

    def stop(self) -> None:
        """End it; nothing is put into the inbox afterwards."""

    def rescope(self, namespace: str) -> None:
        """Begin anew with this namespace; empty for all."""

    def session(self, key: SessionKey) -> Object | None:
        """A BackupSession or RestoreSession, as last heard of."""

    def snapshots(self, key: SessionKey) -> list[Object]:
        """The Snapshots of a BackupSession."""

    def troubles(self) -> tuple[Trouble, ...]:
        """What is not up to date now, and why."""

    def events(self, key: SessionKey) -> list[Object]:
        """The Events about a session."""

    def log(self, key: SessionKey) -> list[str]:
        """The last lines that the Pods of a session have printed."""

    def namespaces(self) -> list[str]:
        """The namespaces that can be looked at."""

    def overview(self) -> Overview:
        """The BackupConfigurations, and all BackupSessions and Snapshots that are known."""


class Inbox:
    """What has changed since it was last emptied: of each session only its last state.

    Filled by the threads of a source, emptied by the screen. A session that changes a hundred times
    between two looks costs one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[SessionKey, Object | None] = {}
        self._touched: set[SessionKey] = set()

    def put(self, key: SessionKey, session: Object | None) -> None:
        """A session as it is now; None when it is gone."""
        with self._lock:
            self._changed[key] = session

    def touch(self, key: SessionKey) -> None:
        """Something that belongs to a session has changed, such as a Snapshot."""
        with self._lock:
            self._touched.add(key)

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._changed, self._touched = {}, set()

    def take(self) -> tuple[Mapping[SessionKey, Object | None], set[SessionKey]]:
        """What has changed and what was touched, which is nothing afterwards."""
        with self._lock:
            taken = self._changed, self._touched
            self._changed, self._touched = {}, set()
            return taken
