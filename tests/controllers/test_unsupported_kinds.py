"""Objects of kinds that nothing comes of yet, on a real API server: they are told so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from kubectl_kubestash.api.resources import BACKUP_BATCH, EVENT, Resource
from kubectl_kubestash.resolve.validation.unsupported_kind import LEFT_ALONE
from tests.waiting import eventually

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster
EXAMPLES = Path(__file__).parents[2] / "docs/api/examples"


def example(resource: Resource) -> dict[str, object]:
    """The one that our own documentation shows."""
    documents = [
        document
        for file in EXAMPLES.glob("*.yaml")
        for document in yaml.safe_load_all(file.read_text())
    ]
    return next(each for each in documents if each["kind"] == resource.kind)


@pytest.mark.parametrize("resource", LEFT_ALONE, ids=[each.plural for each in LEFT_ALONE])
def test_an_object_that_nothing_comes_of_is_told_so(world: World, resource: Resource) -> None:
    shown = example(resource)
    metadata = {"name": "shown", "namespace": world.namespace}
    world.client.create(resource, {**shown, "metadata": metadata})
    operator = world.start()

    def told() -> list[str]:
        events = world.client.list(EVENT, world.namespace)
        return [each["message"] for each in events if each["reason"] == "NotSupported"]

    (message,) = eventually(told)

    name = f"{resource.kind} {world.namespace}/shown"
    assert message == f"{name}: the operator does not act on a {resource.kind} yet."
    assert operator.wait_until_idle()
    phase = world.phase(resource, "shown")
    assert phase == ("Invalid" if resource is BACKUP_BATCH else "")
