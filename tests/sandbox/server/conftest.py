"""One API server of the sandbox for all tests here that do not end it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from .world import WIDGETS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = count()


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that knows Widgets."""
    world = World(tmp_path_factory.mktemp("sandbox")).up()
    code, _, _ = world.ask(
        "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", WIDGETS
    )
    assert code == 201
    yield world
    world.down()


@pytest.fixture
def world(shared_world: World) -> World:
    """That server; `place` is a namespace of the test's own."""
    return shared_world


@pytest.fixture
def place(world: World) -> str:
    """The path of a fresh namespace."""
    name = f"n{next(_NUMBERS)}"
    code, _, _ = world.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert code == 201
    return f"/api/v1/namespaces/{name}"


@pytest.fixture
def widgets(place: str) -> str:
    """The path of the Widgets in that namespace."""
    return f"{place.replace('/api/v1', '/apis/example.com/v1')}/widgets"
