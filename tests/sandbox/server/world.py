"""One running API server of the sandbox, and ways to talk to it."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JSON = "application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"

Object = dict[str, Any]

WIDGETS: Object = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "additionalPrinterColumns": [
                    {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                    {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
                ],
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "description": "A widget.",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["size"],
                                "properties": {
                                    "size": {"type": "integer", "minimum": 1},
                                    "colour": {"type": "string", "enum": ["red", "blue"]},
                                    "on": {"type": "boolean", "default": False},
                                    "limit": {"x-kubernetes-int-or-string": True},
                                    "since": {"type": "string", "format": "date-time"},
                                    "free": {
                                        "type": "object",
                                        "x-kubernetes-preserve-unknown-fields": True,
                                    },
                                    "parts": {
                                        "type": "array",
                                        "x-kubernetes-list-type": "map",
                                        "x-kubernetes-list-map-keys": ["name"],
                                        "items": {
                                            "type": "object",
                                            "properties": {
                                                "name": {"type": "string"},
                                                "count": {"type": "integer", "default": 1},
                                            },
                                        },
                                    },
                                },
                            },
                            "status": {
                                "type": "object",
                                "properties": {"phase": {"type": "string"}},
                            },
                        },
                    }
                },
            }
        ],
    },
}


@dataclass
class World:
    """A server in this process; `folder` keeps what it has."""

    folder: Path
    server: Server = field(init=False)
    client: Client = field(init=False)
    _connection: http.client.HTTPSConnection | None = None

    def up(self, *, port: int = 0) -> World:
        """Start it, again after `down`."""
        self.server = Server(self.folder, port=port)
        self.server.start()
        self.client = self.connect()
        return self

    def connect(self) -> Client:
        """A client of our own kind."""
        return Client(config.load(environment={}, kubeconfig=str(self.kubeconfig)))

    def down(self) -> None:
        """End it; the folder stays."""
        self.client.close()
        self.forget_connection()
        self.server.stop()

    def forget_connection(self) -> None:
        """Connect anew next time."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def login_token(self) -> str:
        """The token in the kubeconfig."""
        login = yaml.safe_load(self.kubeconfig.read_text())
        return str(login["users"][0]["user"]["token"])

    @property
    def kubeconfig(self) -> Path:
        """The login that the server has written."""
        return self.folder / "kubeconfig"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        accept: str = JSON,
        content_type: str = JSON,
        token: str | None = None,
    ) -> tuple[int, Object, str]:
        """Code, body and warning of an answer; the body is parsed by nothing of ours."""
        connection = self._connection
        if connection is None:
            connection = self._connection = self._connect()
        answer = self._answer(connection, method, path, body, (accept, content_type, token))
        text = answer.read()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        decoded = json.loads(text) if is_json else {"text": text.decode()}
        return answer.status, decoded, answer.getheader("Warning") or ""

    def events(self, path: str) -> Iterator[Object]:
        """What a watch says, event by event, until the server ends it."""
        connection = self._connect()
        try:
            for line in self._answer(connection, "GET", path, None, (JSON, JSON, None)):
                yield json.loads(line)
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.folder / "pki" / "ca.crt"))
        return http.client.HTTPSConnection(
            "127.0.0.1", self.server.port, context=context, timeout=60
        )

    def _answer(
        self,
        connection: http.client.HTTPSConnection,
        method: str,
        path: str,
        body: object,
        header: tuple[str, str, str | None],
    ) -> http.client.HTTPResponse:
        accept, content_type, token = header
        token = self.login_token() if token is None else token
        headers = {"Accept": accept, "Authorization": f"Bearer {token}"}
        raw = None
        if body is not None:
            headers["Content-Type"] = content_type
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, raw, headers)
        return connection.getresponse()
