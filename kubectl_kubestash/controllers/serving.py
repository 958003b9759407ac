"""A small HTTP server, for those who ask how the operator is: plain for probes, TLS for metrics.

Each connection has a thread and answers one GET. The handshake is done there, too, so that one who
opens a connection and says nothing holds up nobody; there is a limit to how many may do so at once.
"""

from __future__ import annotations

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

_LOG = logging.getLogger(__name__)
_AT_ONCE = 16
_SILENCE = 10.0
"""Seconds that a caller may be silent, in the handshake, too."""


class Asked(NamedTuple):
    """What was asked for."""

    path: str
    """Without its query."""

    authorization: str
    """The header of that name, or empty."""


class Answer(NamedTuple):
    """What is answered."""

    code: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = {}


class Server:
    """Answers until it is stopped. `port` 0 takes any that is free; an empty host means all."""

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Asked], Answer],
        *,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._server = _TCPServer(address, answer, tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name=f"server {self.port}", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port. Who is being answered gets the rest."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _TCPServer(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Asked], Answer],
        tls: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        host, port = address
        self._takes_both = not host and socket.has_dualstack_ipv6()
        self.address_family = socket.AF_INET6 if self._takes_both or ":" in host else socket.AF_INET
        self.answer = answer
        self._tls = tls
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        if self._takes_both:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_SILENCE)
        if self._tls is not None:
            request = self._tls().wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            if self._tls is not None:
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request
        _LOG.debug("a caller from %s", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _TCPServer
    server_version = "kubestash"
    sys_version = ""
    timeout = _SILENCE

    def do_GET(self) -> None:
        asked = Asked(self.path.partition("?")[0], self.headers.get("Authorization") or "")
        answer = self.server.answer(asked)
        self.send_response(answer.code)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Probes come every few seconds: say nothing."""
