"""Reads what the open pane wants beside the session: events, logs. On a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.errors import KubeStashError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .session_row import SessionKey
    from .source import Object, Source

_PAUSE = 2.0
"""Seconds until the same is read again, while somebody looks at it."""


class Reading(NamedTuple):
    """What was read."""

    key: SessionKey
    wants: str
    events: list[Object] | None = None
    log: list[str] | None = None
    problem: str = ""


class Reader:
    """Reads again and again what was wanted last; nothing while nothing is wanted.

    A daemon thread: a server that keeps silent keeps nobody from quitting.
    """

    def __init__(self, source: Source, tell: Callable[[Reading], None]) -> None:
        self._source, self._tell = source, tell
        self._changed = threading.Condition()
        self._wanted: tuple[SessionKey, str] | None = None
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="monitor reader", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End it after what it reads now."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()

    def want(self, key: SessionKey | None, wants: str) -> None:
        """Read this from now on; an empty `wants` for nothing."""
        wanted = (key, wants) if key and wants else None
        with self._changed:
            if wanted != self._wanted:
                self._wanted = wanted
                self._changed.notify()

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            reading = self._read(*wanted)
            with self._changed:
                is_wanted = wanted == self._wanted and not self._is_stopped
            if is_wanted:
                self._tell(reading)
                self._rest(wanted)

    def _next(self) -> tuple[SessionKey, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped or self._wanted is not None)
            return None if self._is_stopped else self._wanted

    def _rest(self, wanted: tuple[SessionKey, str]) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_stopped or self._wanted != wanted, timeout=_PAUSE
            )

    def _read(self, key: SessionKey, wants: str) -> Reading:
        try:
            if wants == "log":
                return Reading(key, wants, log=self._source.log(key))
            return Reading(key, wants, events=self._source.events(key))
        except KubeStashError as error:
            return Reading(key, wants, problem=error.message)
