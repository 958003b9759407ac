"""An HTTP proxy in front of a real S3 server that fails when it is told to."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

_REASONS = {500: "InternalError", 503: "SlowDown", 403: "RequestTimeTooSkewed"}
_SKEWED = "The difference between the request time and the server's time is too large."
_CHUNK = 1 << 16


@dataclass
class FailingProxy:
    """Passes bytes to `target` until `fail_with` is set; use it as a context manager."""

    target: tuple[str, int]
    address: str
    """Where it listens."""

    refused: int = 0
    """How many requests it has failed so far."""

    _status: int = field(default=0, init=False)
    _open: set[socket.socket] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __enter__(self) -> FailingProxy:
        self._server = socket.create_server((self.address, 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._hang_up()

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://{self.address}:{self.port}"

    def fail_with(self, status: int) -> None:
        """Answer every request with this status from now on; 0 lets all through again.

        Connections that are open are closed, as a server that is in trouble does.
        """
        self._status = status
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):  # closed by __exit__
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._noted(client), suppress(OSError):
            if self._status:
                self._refuse(client)
                return
            server = socket.create_connection(self.target)
            with self._noted(server):
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()

    def _noted(self, one: socket.socket) -> _Noted:
        return _Noted(self, one)

    def _refuse(self, client: socket.socket) -> None:
        """Read one request whole, so that nobody is cut off in the middle of it, and say no."""
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            if not (piece := client.recv(_CHUNK)):
                return
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        missing = _length(head) - len(body)
        while missing > 0 and (piece := client.recv(min(_CHUNK, missing))):
            missing -= len(piece)
        status = self._status or 503
        message = _SKEWED if status == 403 else "planted"
        text = f"<Error><Code>{_REASONS[status]}</Code><Message>{message}</Message></Error>"
        client.sendall(
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode()
            + (b"" if head.startswith(b"HEAD ") else text.encode())
        )
        self.refused += 1


class _Noted:
    """A socket that the proxy may shut down while it is in use; closed afterwards."""

    def __init__(self, proxy: FailingProxy, one: socket.socket) -> None:
        self._proxy, self._one = proxy, one

    def __enter__(self) -> None:
        with self._proxy._lock:
            self._proxy._open.add(self._one)

    def __exit__(self, *_: object) -> None:
        with self._proxy._lock:
            self._proxy._open.discard(self._one)
        self._one.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_CHUNK):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
