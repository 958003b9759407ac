from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .cluster_world import new_world
from .program import Terminal, process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.api_server import ApiServer

    from .cluster_world import World


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """The command line in this process; it sets its own hook for crashes, which is put back."""
    hook = sys.excepthook
    yield Terminal(capsys)
    sys.excepthook = hook


@pytest.fixture(scope="session")
def installed(api_server: ApiServer) -> ApiServer:
    """An API server with our kinds, put there by our own `install`."""
    answer = process("install", KUBECONFIG=str(api_server.kubeconfig))
    assert answer.code == 0, answer.err
    return api_server


@pytest.fixture
def world(installed: ApiServer, tmp_path: Path) -> World:
    """A fresh namespace on it."""
    return new_world(installed.kubeconfig, tmp_path)
