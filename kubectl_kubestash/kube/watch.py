"""Read an answer that has no end: watches and logs, line by line."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ClusterError
from . import failures
from .decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .request import Request
    from .transport import Open, Transport


class WatchEvent(NamedTuple):
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED or BOOKMARK."""

    object: dict[str, Any]


class Lines:
    """The lines of an answer, line ends included, until it ends or is cut.

    A connection that breaks, and one that is silent for longer than its limit, just end: whether
    the server is still there shows with the next request. `is_whole` says which it was.
    """

    def __init__(self, transport: Transport, request: Request, *, silence: float | None) -> None:
        self._transport = transport
        self._opened: Open = transport.open(request, silence=silence)
        self._stopped = threading.Event()
        self.is_whole = False

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.finish(self._opened)

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line + b"\n"
        if rest:
            yield rest

    def stop(self) -> None:
        """End it from another thread."""
        self._stopped.set()
        self._opened.connection.cut()

    def _chunks(self) -> Iterator[bytes]:
        while not self._stopped.is_set():
            try:
                chunk = self._opened.response.read_some()
            except (OSError, ValueError):
                # ValueError: another thread has closed it.
                return
            if not chunk:
                self.is_whole = True
                return
            yield chunk


class WatchStream:
    """A watch that another thread can stop. Iterate over it once."""

    def __init__(self, transport: Transport, request: Request, *, silence: float | None) -> None:
        self._lines = Lines(transport, request, silence=silence)
        self._request = request

    def __iter__(self) -> Iterator[WatchEvent]:
        """The events. Raises the error that the server puts into the stream, such as Gone."""
        with self._lines:
            for line in self._lines:
                if not line.endswith(b"\n"):
                    return
                yield self._event(line)

    @property
    def is_whole(self) -> bool:
        """Whether the server has ended it properly, rather than the network."""
        return self._lines.is_whole

    def stop(self) -> None:
        """End it now; who iterates sees its end."""
        self._lines.stop()

    def _event(self, line: bytes) -> WatchEvent:
        try:
            decoded: Any = decode(line)
            event = WatchEvent(decoded["type"], decoded["object"])
        except (ValueError, LookupError, TypeError):
            message = f"The watch of {self._request.path} sent a line that is no event."
            raise ClusterError(message) from None
        if event.type == "ERROR":
            raise failures.from_status(self._request, event.object)
        return event
