"""Whatever the API server accepts, the view reads, and loses nothing of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.structural_schema import schema_of
from tests.api.manifests import some, whole

if TYPE_CHECKING:
    from kubectl_kubestash.api.meta import KubeResource

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)


@cache
def parts(model: type[KubeResource]) -> dict[str, Any]:
    properties = schema_of(model)["properties"]
    return {name: properties[name] for name in ("spec", "status") if name in properties}


def kept(model: type[KubeResource], raw: dict[str, Any]) -> dict[str, Any]:
    view = model.model_validate({"metadata": {"name": "a"}} | raw)
    dumped = view.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {name: dumped[name] for name in raw}


@every_model
def test_a_view_has_every_field_of_the_schema(model: type[KubeResource]) -> None:
    raw = {name: whole(schema) for name, schema in parts(model).items()}

    assert kept(model, raw) == raw


@every_model
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_view_reads_whatever_fits_the_schema(
    model: type[KubeResource], data: st.DataObject
) -> None:
    raw = {name: data.draw(some(schema)) for name, schema in parts(model).items()}

    assert kept(model, raw) == raw
