"""A fresh namespace for each test; CRDs and catalogue are installed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load

from .world import World, install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.api_server import ApiServer


@pytest.fixture(scope="session")
def installed(api_server: ApiServer) -> Path:
    with Client(load(kubeconfig=str(api_server.kubeconfig))) as client:
        install(client)
    return api_server.kubeconfig


@pytest.fixture
def world(installed: Path) -> Iterator[World]:
    made = World(installed)
    made.node.start()
    try:
        yield made
    finally:
        made.close()
