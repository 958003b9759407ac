"""Open connections to one API server, and keep those that are idle for the next request."""

from __future__ import annotations

import base64
import os
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import proxy, tls
from .http_error import HttpError
from .response import Response

if TYPE_CHECKING:
    import ssl

    from .config import Login
    from .credentials import Credential

_IDLE_LIMIT = 30.0
"""Seconds. Load balancers drop idle connections without a word after a minute or more."""
_JUST_NOW = 0.01
"""Seconds. A server that has answered so recently is not asked whether it is still there."""
_KEPT = 8
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


class Connection:
    """One connection, through TLS and a proxy where needed."""

    def __init__(
        self, host: str, port: int, *, timeout: float | None, context: ssl.SSLContext | None
    ) -> None:
        self.context = context
        self.server_name = ""
        self.host_line = b""
        """The Host header."""
        self.detour = b""
        """What a proxy is asked, so that it leads on to the server."""
        self.identity: object = None
        self.sock: socket.socket | None = None
        self.idle_since = 0.0
        self._address = (host, port)
        self._timeout = timeout

    def connect(self) -> None:
        """Connect, and do the handshakes of proxy and TLS. Raises OSError."""
        sock = socket.create_connection(self._address, self._timeout)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _keep_alive(sock)
            if self.detour:
                _go_through(sock, self.detour)
            if self.context:
                sock = self.context.wrap_socket(sock, server_hostname=self.server_name)
        except BaseException:
            sock.close()
            raise
        self.sock = sock

    def close(self) -> None:
        """Let go of the socket; the connection can be opened again."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def ask(self, request: bytes) -> None:
        """Send a whole request in one piece."""
        sock = self._open_socket()
        # Nearly always that is all; sendall() of an SSLSocket makes three views of it first.
        sent = sock.send(request)
        if sent < len(request):
            sock.sendall(request[sent:])

    def answer(self) -> Response:
        """The answer to what was sent; its body is still to be read."""
        return Response(self._open_socket())

    def limit(self, seconds: float | None) -> None:
        """How long a read may be silent from now on."""
        if self.sock is not None and self.sock.gettimeout() != seconds:
            self.sock.settimeout(seconds)

    def is_fresh(self) -> bool:
        """Whether nothing came since the last answer: an idle server only speaks to say goodbye."""
        idle = time.monotonic() - self.idle_since
        if self.sock is None or idle > _IDLE_LIMIT:
            return False
        if idle < _JUST_NOW:
            return True
        timeout = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            # The plain recv: that of an SSLSocket can neither peek nor see what is not yet decoded.
            socket.socket.recv(self.sock, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.sock.settimeout(timeout)
        return False

    def cut(self) -> None:
        """End it from another thread: who is reading sees the end of the stream."""
        if (sock := self.sock) is None:
            return
        try:
            # Not SSLSocket.shutdown(): it takes the TLS state away under the reader's feet.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            return

    def _open_socket(self) -> socket.socket:
        if self.sock is None:
            raise HttpError("it is not open")
        return self.sock


def _go_through(sock: socket.socket, question: bytes) -> None:
    """Ask a proxy for a way on (https://www.rfc-editor.org/rfc/rfc9110#name-connect)."""
    sock.sendall(question)
    answer = Response(sock)
    if not 200 <= answer.status < 300:
        raise HttpError(f"the proxy does not lead there: {answer.status} {answer.reason}")


def _keep_alive(sock: socket.socket) -> None:
    """Notice a peer that has gone without goodbye, also where no timeout can be set."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Pool:
    """Connections of one login. Each is used by one thread at a time."""

    def __init__(self, login: Login) -> None:
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._login = login
        self._url = urlsplit(login.server)
        self._proxy = proxy.choose(login.proxy, self._url, os.environ)
        self._context: tuple[object, ssl.SSLContext] | None = None

    @property
    def prefix(self) -> str:
        """What stands before each path in a request line."""
        if self._proxy and self._url.scheme == "http":
            return f"http://{self._url.netloc}{self._url.path}"
        return self._url.path

    @property
    def host(self) -> str:
        """Name or address of the server."""
        return self._url.hostname or ""

    def take(self, credential: Credential, *, new: bool = False) -> Connection:
        """An idle connection that was opened with this certificate, or one not yet connected."""
        identity = credential.certificate and credential.certificate.version
        while not new and (idle := self._pop()):
            if idle.identity == identity and idle.is_fresh():
                return idle
            idle.close()
        opened = self._make(credential, identity)
        opened.identity = identity
        return opened

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next request."""
        connection.idle_since = time.monotonic()
        with self._lock:
            if connection.sock is not None and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close those that are idle."""
        while idle := self._pop():
            idle.close()

    def __del__(self) -> None:
        self.close()

    def _pop(self) -> Connection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _make(self, credential: Credential, identity: object) -> Connection:
        url, via = self._url, self._proxy
        is_secure = url.scheme == "https"
        port = url.port or (443 if is_secure else 80)
        context = self._tls(credential, identity) if is_secure else None
        host = (via.host, via.port) if via else (self.host, port)
        made = Connection(*host, timeout=self._login.timeout, context=context)
        made.server_name = self._login.trust.server_name or self.host
        authority = _authority(self.host, port)
        made.host_line = b"Host: %b\r\n" % authority
        if via and is_secure:
            made.detour = _detour(authority, via)
        return made

    def _tls(self, credential: Credential, identity: object) -> ssl.SSLContext:
        with self._lock:
            if self._context is None or self._context[0] != identity:
                made = tls.context(self._login.trust, credential.certificate)
                self._context = (identity, made)
            return self._context[1]


def _authority(host: str, port: int) -> bytes:
    """Name and port of the server (https://www.rfc-editor.org/rfc/rfc9110#field.host)."""
    name = f"[{host}]" if ":" in host else host
    encoded = name.encode() if name.isascii() else name.encode("idna")
    return b"%b:%d" % (encoded, port)


def _detour(authority: bytes, via: proxy.Proxy) -> bytes:
    """A request to a proxy for a way to that server."""
    lines = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n" % (authority, authority)
    if via.user:
        pair = base64.b64encode(f"{via.user}:{via.password}".encode())
        lines += b"Proxy-Authorization: Basic %b\r\n" % pair
    return lines + b"\r\n"
