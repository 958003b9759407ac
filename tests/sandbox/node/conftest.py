"""One node for all tests of a process; it stands before the sandbox's own API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .world import World, on_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import Namespace


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with on_sandbox(tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.fixture
def home(world: World) -> Namespace:
    return world.namespace()
