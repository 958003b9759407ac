"""Open connections to one API server, and keep those that are idle for the next request."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import proxy, tls
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


class Connection(http.client.HTTPConnection):
    """One connection, through TLS and a proxy where needed."""

    response_class = Response

    def __init__(
        self, host: str, port: int, *, timeout: float | None, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self.context = context
        self.server_name = ""
        self.host_line = b""
        """The Host header."""
        self.identity: object = None
        self.wire: socket.socket | None = None
        """The socket; kept when http.client lets go of it, because the answer is the last one."""
        self.idle_since = 0.0

    def connect(self) -> None:
        """Connect, and do the handshakes of proxy and TLS."""
        super().connect()
        _keep_alive(self.sock)
        if self.context:
            try:
                self.sock = self.context.wrap_socket(self.sock, server_hostname=self.server_name)
            except BaseException:
                self.sock.close()
                raise
        self.wire = self.sock

    def ask(self, request: bytes) -> None:
        """Send a whole request in one piece; http.client sends head and body apart."""
        self.sock.sendall(request)

    def answer(self, method: str) -> Response:
        """The head of the answer to what was sent."""
        response = Response(self.sock, method=method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        if response.will_close:
            self.close()  # The answer has its own hold on the socket.
        return response

    def limit(self, seconds: float | None) -> None:
        """How long a read may be silent from now on."""
        if self.wire is not None and self.wire.gettimeout() != seconds:
            self.wire.settimeout(seconds)

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
        if (wire := self.wire) is None:
            return
        try:
            # Not SSLSocket.shutdown(): it takes the TLS state away under the reader's feet.
            socket.socket.shutdown(wire, socket.SHUT_RDWR)
        except OSError:
            return


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
        made.host_line = _host_line(self.host, port)
        if via and is_secure:
            made.set_tunnel(self.host, port, _proxy_headers(via))
        return made

    def _tls(self, credential: Credential, identity: object) -> ssl.SSLContext:
        with self._lock:
            if self._context is None or self._context[0] != identity:
                made = tls.context(self._login.trust, credential.certificate)
                self._context = (identity, made)
            return self._context[1]


def _host_line(host: str, port: int) -> bytes:
    """Name and port of the server (https://www.rfc-editor.org/rfc/rfc9110#field.host)."""
    name = f"[{host}]" if ":" in host else host
    encoded = name.encode() if name.isascii() else name.encode("idna")
    return b"Host: %b:%d\r\n" % (encoded, port)


def _proxy_headers(via: proxy.Proxy) -> dict[str, Any]:
    if not via.user:
        return {}
    pair = base64.b64encode(f"{via.user}:{via.password}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {pair}"}
