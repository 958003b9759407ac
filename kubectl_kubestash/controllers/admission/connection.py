"""One TLS connection that is never waited for."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from .http_message import BadRequest, Head, answer, head_of, refusal

if TYPE_CHECKING:
    from .reviewer import Reply

_PIECE = 64 * 1024


class Connection:
    """What has come in and what has to go out. Each method returns at once.

    All raise OSError, of which ssl.SSLError is one, when the connection is of no more use.
    """

    def __init__(self, sock: ssl.SSLSocket, now: float) -> None:
        self.sock = sock
        self.since = now
        """When it began to wait for what it waits for now."""

        self.wants_to_write = False
        self._is_greeted = False
        self._incoming = bytearray()
        self._outgoing = b""
        self._head: Head | None = None
        self._ends = False

    @property
    def is_idle(self) -> bool:
        """Whether it is open, and nobody waits for anything."""
        return self._is_greeted and not self._incoming and not self._outgoing

    @property
    def held(self) -> int:
        """How many bytes it holds, or has promised to take."""
        return max(len(self._incoming), self._head.size if self._head else 0)

    def advance(self) -> bool:
        """Greet, send, read, as far as that goes now; whether a request is complete.

        Raises EOFError when the other side has hung up.
        """
        try:
            if not self._is_greeted:
                self.sock.do_handshake()
                self._is_greeted = True
            self.flush()
            if self._outgoing:
                return False
            self._read()
        except ssl.SSLWantReadError:
            self.wants_to_write = False
        except ssl.SSLWantWriteError:
            self.wants_to_write = True
        return self._is_complete()

    def flush(self) -> None:
        """Send what goes now. Raises EOFError after the last answer."""
        self._send()
        if self._ends and not self._outgoing:
            raise EOFError

    @property
    def has_more(self) -> bool:
        """Whether something has come in that has not been looked at."""
        return not self._outgoing and (bool(self._incoming) or self.sock.pending() > 0)

    def request(self) -> tuple[str, bytes]:
        """Path and body of the request that is complete."""
        assert self._head is not None
        return self._head.path, bytes(self._incoming[self._head.body_at : self._head.size])

    def reply(self, reply: Reply, now: float) -> None:
        """Answer the request that is complete; it is forgotten."""
        head = self._head
        assert head is not None
        self._ends = not head.keeps_alive
        self._outgoing = answer(
            reply.code, reply.body, reply.content_type, keeps_alive=head.keeps_alive
        )
        del self._incoming[: head.size]
        self._head, self.since = None, now

    def refuse(self, error: BadRequest) -> None:
        """Answer what cannot be read any further."""
        self._outgoing, self._ends = refusal(error.status), True
        self._incoming.clear()
        self._head = None

    def close(self) -> None:
        """Hang up without a word: the answers were whole."""
        self.sock.close()

    def _is_complete(self) -> bool:
        return self._head is not None and len(self._incoming) >= self._head.size

    def _read(self) -> None:
        while True:
            if self._head is None and self._incoming:
                self._head = head_of(self._incoming)
            if self._is_complete():
                return
            piece = self.sock.recv(_PIECE)
            if not piece:
                raise EOFError
            self._incoming += piece

    def _send(self) -> None:
        try:
            while self._outgoing:
                sent = self.sock.send(self._outgoing)
                self._outgoing = self._outgoing[sent:]
        except ssl.SSLWantReadError:
            self.wants_to_write = False
        except ssl.SSLWantWriteError:
            self.wants_to_write = True
