"""The real things that tests run against, started once and only when a test asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.api_server import ApiServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A control plane without a node, for tests marked `cluster`; needs no root."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.up()
        yield server
    finally:
        server.down()
