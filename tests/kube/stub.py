"""A server that misbehaves on demand: each test scripts its answers, for faults only."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_kubestash.kube.config import Login

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from email.message import Message


class Seen(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes


Script = "Callable[[Handler], None]"


class Handler(BaseHTTPRequestHandler):
    """Plays the next answer of the script; the last one is repeated."""

    protocol_version = "HTTP/1.1"
    server: Server

    def answer(self, code: int, body: object = None, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append(Seen(self.command, self.path, self.headers, body))
        self.server.connections.add(self.client_address[1])
        script = self.server.script
        step = script.pop(0) if len(script) > 1 else script[0]
        step(self)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ARG002
        return


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads that hang on purpose must not hold up the end of the test.
    block_on_close = False

    def __init__(self, script: list[Callable[[Handler], None]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.seen: list[Seen] = []
        self.connections: set[int] = set()
        self.released = threading.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def login(self, **fields: Any) -> Login:
        return Login(self.url, "default", "stub", timeout=5.0)._replace(**fields)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        return


@contextmanager
def serving(
    *script: Callable[[Handler], None], context: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """A server on a free port of this machine, over TLS when a context is given."""
    server = Server(list(script) or [ok])
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


def ok(handler: Handler) -> None:
    """An empty object."""
    handler.answer(200, {})


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    """A Status object of that code."""
    body = {"kind": "Status", "status": "Failure", "message": f"no: {code}", "code": code}
    return lambda handler: handler.answer(code, body, **headers)


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def hang(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.released.wait(20)
    handler.close_connection = True
