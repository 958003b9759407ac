"""A proxy before a real API server that keeps one request of each shape.

Before a request it looks what is there, so that each can be sent again on its own.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import select
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kubectl_kubestash.kube import tls
from kubectl_kubestash.kube.config import load

from .exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_OF_EACH_SHAPE = 2
_OF_EACH_KIND = 12
"""At most so many of one method, resource, media types and outcome."""
_HOP = {"connection", "transfer-encoding", "content-length", "host", "keep-alive", "te", "trailer"}


class Recorder:
    """Listens on 127.0.0.1 without TLS; whoever asks has the rights of the kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        login = load(environment={}, kubeconfig=str(kubeconfig))
        parts = urlsplit(login.server)
        self.host, self.port = parts.hostname or "", parts.port or 443
        self.context = tls.context(login.trust, login.source.current().certificate)
        self.exchanges: list[Exchange] = []
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        recorder = self

        class Handler(_Handler):
            owner = recorder

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        _point_to(kubeconfig, f"http://127.0.0.1:{self._server.server_address[1]}")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.host, self.port, context=self.context)

    def is_wanted(self, exchange: Exchange) -> bool:
        """Whether nothing like it was kept yet."""
        if "continue" in exchange.query:
            return False  # only the server that made such a token can read it
        if exchange.method != "GET" and "/customresourcedefinitions" in exchange.path:
            return False  # 50 KB each; the replay begins with `install`, which sends them
        fine, coarse = shape(exchange), _kind(exchange)
        with self._lock:
            if self._seen[fine] >= _OF_EACH_SHAPE or self._seen[coarse] >= _OF_EACH_KIND:
                return False
            self._seen[fine] += 1
            self._seen[coarse] += 1
            return True

    def look(self, exchange: Exchange) -> list[dict[str, Any]]:
        """What is there: the object, or the first two of those that are listed."""
        place = exchange.place
        if place is None or (exchange.method == "POST" and not place.name):
            return []
        path = urlsplit(exchange.path).path
        if place.name:
            path = path.removesuffix(f"/{place.subresource}")
        else:
            path += "?limit=2"
        connection = self.connect()
        try:
            connection.request("GET", path, headers={"Accept": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            return []
        content = json.loads(text)
        found = content.get("items", [content])
        kind = content["kind"].removesuffix("List")
        known = {"apiVersion": content["apiVersion"], "kind": kind}
        return [_without_secrets({**known, **item}) for item in found]


class _Handler(BaseHTTPRequestHandler):
    owner: Recorder
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _pass_on(self) -> None:
        body = self._body()
        if self.headers.get("Upgrade"):
            self._tunnel()
            return
        exchange = self._exchange(body)
        is_kept = self.owner.is_wanted(exchange)
        before = self.owner.look(exchange) if is_kept else []
        connection = self.owner.connect()
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            if is_kept:
                kept = {**vars(exchange), "before": before, "status": answer.status}
                self.owner.exchanges.append(Exchange(**kept))
            self._answer(answer)
        except (ConnectionError, http.client.IncompleteRead):
            self.close_connection = True
        finally:
            connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _pass_on  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _exchange(self, body: bytes) -> Exchange:
        content_type = self.headers.get("Content-Type", "")
        is_binary = "protobuf" in content_type
        text = base64.b64encode(body).decode() if is_binary else _clean(body.decode())
        return Exchange(
            self.command,
            self.path,
            accept=self.headers.get("Accept", ""),
            content_type=content_type,
            body=text,
            is_binary=is_binary,
            agent=self.headers.get("User-Agent", "").split("/")[0],
        )

    def _answer(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        if answer.length is not None:
            content = answer.read()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _tunnel(self) -> None:
        """A WebSocket: bytes both ways, nothing kept."""
        raw = socket.create_connection((self.owner.host, self.owner.port))
        there = self.owner.context.wrap_socket(raw, server_hostname=self.owner.host)
        head = [
            f"{self.command} {self.path} HTTP/1.1",
            *(f"{k}: {v}" for k, v in self.headers.items()),
        ]
        there.sendall("\r\n".join([*head, "", ""]).encode())
        here = self.connection
        while True:
            ready = [there] if there.pending() else select.select([here, there], [], [])[0]
            for side, other in ((here, there), (there, here)):
                if side in ready:
                    data = side.recv(65536)
                    if not data:
                        there.close()
                        self.close_connection = True
                        return
                    other.sendall(data)


def merged(*recordings: Iterable[Exchange]) -> list[Exchange]:
    """Those of several recordings, again only a few of each shape."""
    seen: Counter[str] = Counter()
    found = []
    for exchange in (each for recording in recordings for each in recording):
        fine, coarse = shape(exchange), _kind(exchange)
        if seen[fine] < _OF_EACH_SHAPE and seen[coarse] < _OF_EACH_KIND:
            seen.update((fine, coarse))
            found.append(exchange)
    return found


def shape(exchange: Exchange) -> str:
    """Two requests of one shape ask the same of an API server."""
    fields: set[str] = set()
    if exchange.body and not exchange.is_binary and exchange.body[0] in "{[":
        _collect(json.loads(exchange.body), "", fields)
    return f"{_kind(exchange)} {sorted(exchange.query)} {sorted(fields)}"


def _kind(exchange: Exchange) -> str:
    place = exchange.place
    where = (
        (*place[:1], place.plural, bool(place.name), place.subresource) if place else exchange.path
    )
    watch = exchange.query.get("watch", "")
    return f"{exchange.method} {where} {exchange.accept} {exchange.content_type} {watch}"


def _collect(value: Any, path: str, found: set[str], depth: int = 0) -> None:
    if isinstance(value, dict) and depth < 3:
        for name, part in value.items():
            is_key = path.endswith(("labels", "annotations", "data", "components"))
            _collect(part, f"{path}/{'*' if is_key else name}", found, depth + 1)
    elif isinstance(value, list) and depth < 3:
        for part in value[:3]:
            _collect(part, f"{path}/-", found, depth + 1)
    else:
        found.add(f"{path}={type(value).__name__}")


def _without_secrets(item: dict[str, Any]) -> dict[str, Any]:
    if item.get("kind") == "Secret" and item.get("data"):
        item = {**item, "data": dict.fromkeys(item["data"], "aGlkZGVu")}
    return item


def _clean(text: str) -> str:
    """The body without secrets: only their names matter here."""
    text = re.sub(r'("token":\s*)"[^"]+"', r'\1"hidden"', text)
    if '"Secret"' in text and text.startswith("{"):
        body = json.loads(text)
        for name, value in (("data", "aGlkZGVu"), ("stringData", "hidden")):
            if isinstance(body.get(name), dict):
                body[name] = dict.fromkeys(body[name], value)
        return json.dumps(body)
    return text


def _point_to(kubeconfig: Path, server: str) -> None:
    """Let everybody who uses this kubeconfig come by here."""
    content = json.loads(kubeconfig.read_text())
    for entry in content["clusters"]:
        entry["cluster"] = {"server": server}
    for entry in content["users"]:
        entry["user"] = {}
    kubeconfig.write_text(json.dumps(content))
