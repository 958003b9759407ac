"""An HTTPS server for reviews: one thread, many connections, no waiting for any of them.

A review takes less than a millisecond of processor, and Python runs one at a time whatever the
number of threads; so one thread reads what has come, answers, and goes on. Connections stay open,
as the API server wants them. Who is slow or silent is not waited for, and is closed after a while.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from .connection import Connection
from .http_message import BadRequest
from .reviewer import Reply

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_BACKLOG = 128
_SLOW = 10.0
"""Seconds for a handshake, for a request to come in, for an answer to go out."""
_IDLE = 150.0
"""Seconds between requests. The API server gives up an idle connection after 90."""
_SMALL = 64 * 1024
"""Bytes of a request that are never too many."""
_LOOKED_AT_EVERY = 1.0
_SECOND_LOOK = 0.5
"""Seconds after which what was not known is looked for once more."""


class ReviewServer:
    """Answers until it is stopped. `port` 0 takes any that is free; an empty host means all.

    `on_review` is told of each answer: the seconds since its request was found to have come, and
    since it was taken up.
    """

    most_connections = 256
    most_bytes = 32 * 1024 * 1024
    """Of requests that are not complete yet, all together."""

    def __init__(
        self,
        address: tuple[str, int],
        reply: Callable[[str, bytes], Reply],
        *,
        tls: Callable[[], ssl.SSLContext],
        on_review: Callable[[float, float], None] = lambda _waited, _worked: None,
    ) -> None:
        self._reply = reply
        self._tls = tls
        self._on_review = on_review
        self._listener = _listen(address)
        self._stopped, self._stopping = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._stopped, selectors.EVENT_READ)
        self._connections: dict[socket.socket, Connection] = {}
        self._due: dict[Connection, float] = {}
        """What waits for a second look, and until when."""
        self._ready: list[Connection] = []
        """What has more to say than was answered."""
        self._looked_at = 0.0
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @property
    def is_alive(self) -> bool:
        """Whether it answers."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to answer; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and all connections."""
        self._stopping.close()
        if self._thread.is_alive():
            self._thread.join(5)
        self._listener.close()

    def _run(self) -> None:
        while True:
            events = self._selector.select(self._patience())
            now = time.monotonic()
            for key, _ in events:
                if key.fileobj is self._stopped:
                    self._end()
                    return
                if key.fileobj is self._listener:
                    self._accept(now)
                elif (connection := key.data) is not None:
                    self._go_on(connection, now)
            ready, self._ready = self._ready, []
            for connection in ready:
                if connection.sock in self._connections:
                    self._go_on(connection, now)
            self._look_again(now)
            if now >= self._looked_at + _LOOKED_AT_EVERY:
                self._look_around(now)

    def _end(self) -> None:
        for connection in list(self._connections.values()):
            self._drop(connection)
        self._selector.close()
        self._stopped.close()

    def _patience(self) -> float:
        if self._ready:
            return 0.0
        first = min(self._due.values(), default=float("inf")) - time.monotonic()
        return max(0.0, min(_LOOKED_AT_EVERY, first))

    def _accept(self, now: float) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:  # Nobody is waiting any more, or there are no more descriptors.
                return
            try:
                self._welcome(sock, now)
            except OSError as error:
                _LOG.debug("a connection could not be taken: %s", error)
                sock.close()

    def _welcome(self, sock: socket.socket, now: float) -> None:
        if len(self._connections) >= self.most_connections and not self._make_room():
            sock.close()
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = self._tls().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        connection = Connection(secure, now)
        self._connections[secure] = connection
        self._selector.register(secure, selectors.EVENT_READ, connection)

    def _make_room(self) -> bool:
        """Hang up on the one that has been idle the longest."""
        idle = [each for each in self._connections.values() if each.is_idle]
        if idle:
            self._drop(min(idle, key=lambda each: each.since))
        return bool(idle)

    def _go_on(self, connection: Connection, now: float, *, is_second_look: bool = False) -> None:
        if connection.is_idle:
            connection.since = now
        try:
            is_answered = connection.advance()
            if is_answered:
                if not self._answer(connection, now, is_second_look=is_second_look):
                    return
                connection.flush()
            self._refuse_excess(connection)
        except BadRequest as error:
            self._refuse(connection, error)
        except (OSError, EOFError):
            self._drop(connection)
        else:
            self._listen_to(connection)
            # The next request of the same caller comes after those of the others.
            if is_answered and connection.has_more:
                self._ready.append(connection)

    def _answer(
        self, connection: Connection, since: float, *, is_second_look: bool = False
    ) -> bool:
        """False when it has to wait for a second look."""
        began = time.monotonic()
        reply = self._safe_reply(*connection.request())
        if not reply.is_final and not is_second_look:
            self._due[connection] = began + _SECOND_LOOK
            self._selector.unregister(connection.sock)
            return False
        connection.reply(reply, began)
        ended = time.monotonic()
        self._on_review(ended - since, ended - began)
        return True

    def _safe_reply(self, path: str, body: bytes) -> Reply:
        try:
            return self._reply(path, body)
        except Exception:
            # One object must not take the webhook from all others.
            _LOG.exception("a review of %s failed", path)
            return Reply(500, b"the review failed\n", "text/plain; charset=utf-8")

    def _refuse(self, connection: Connection, error: BadRequest) -> None:
        connection.refuse(error)
        with contextlib.suppress(OSError, EOFError):
            connection.advance()
        self._drop(connection)

    def _look_again(self, now: float) -> None:
        for connection in [each for each, due_at in self._due.items() if due_at <= now]:
            del self._due[connection]
            self._selector.register(connection.sock, selectors.EVENT_READ, connection)
            self._go_on(connection, now, is_second_look=True)

    def _look_around(self, now: float) -> None:
        self._looked_at = now
        for connection in list(self._connections.values()):
            limit = _IDLE if connection.is_idle else _SLOW
            if connection not in self._due and now >= connection.since + limit:
                self._drop(connection)

    def _listen_to(self, connection: Connection) -> None:
        wanted = selectors.EVENT_WRITE if connection.wants_to_write else selectors.EVENT_READ
        if self._selector.get_key(connection.sock).events != wanted:
            self._selector.modify(connection.sock, wanted, connection)

    def _refuse_excess(self, connection: Connection) -> None:
        if connection.held <= _SMALL:
            return
        if sum(each.held for each in self._connections.values()) > self.most_bytes:
            raise BadRequest(HTTPStatus.SERVICE_UNAVAILABLE)

    def _drop(self, connection: Connection) -> None:
        self._connections.pop(connection.sock, None)
        self._due.pop(connection, None)
        with contextlib.suppress(KeyError):
            self._selector.unregister(connection.sock)
        connection.close()


def _listen(address: tuple[str, int]) -> socket.socket:
    host, port = address
    takes_both = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if takes_both or ":" in host else socket.AF_INET
    listener = socket.create_server(
        (host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=takes_both
    )
    listener.setblocking(False)
    return listener
