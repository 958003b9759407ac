"""A client for the real API server, and a namespace of its own for each test."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from kubectl_kubestash.api.resources import CONFIG_MAP, NAMESPACE, ObjectKey
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.api_server import ApiServer


@pytest.fixture
def client(api_server: ApiServer) -> Iterator[Client]:
    with Client(config.load(kubeconfig=str(api_server.kubeconfig))) as made:
        yield made


@pytest.fixture
def namespace(client: Client) -> Iterator[str]:
    name = f"kube-{uuid4().hex[:8]}"
    client.create(NAMESPACE, {"metadata": {"name": name}})
    yield name
    client.delete(NAMESPACE, ObjectKey("", name))


def a_config_map(namespace: str, name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": namespace, "name": name},
        "data": data,
    }


def forget_history(api_server: ApiServer, client: Client) -> None:
    """Make every resourceVersion so far too old, as time does on a busy cluster."""
    version = client.snapshot(CONFIG_MAP, "default").resource_version
    port = api_server._plane.ports.etcd
    body = json.dumps({"revision": int(version), "physical": True}).encode()
    address = f"http://127.0.0.1:{port}/v3/kv/compaction"
    with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
        assert answer.status == 200
    # The API server remembers some history of its own, and forgets it when it is restarted.
    api_server.stop_api_server()
    api_server.start_api_server()
