"""The controllers before the sandbox's own API server; in the cluster tier before a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.node.world import World, on_kubernetes, on_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.node.world import Namespace


@pytest.fixture(
    scope="module",
    params=[on_sandbox, pytest.param(on_kubernetes, marks=pytest.mark.cluster)],
    ids=["sandbox", "kubernetes"],
)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with request.param(tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.fixture
def home(world: World) -> Namespace:
    return world.namespace()
