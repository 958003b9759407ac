"""Whatever we read, patch, cache or export keeps every field, also those that we do not know."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.resources import OURS, Resource
from kubectl_kubestash.api.structural_schema import schema_of
from kubectl_kubestash.cli.output import to_yaml
from kubectl_kubestash.controllers.slim import keep_of
from kubectl_kubestash.controllers.writer import difference, merged
from kubectl_kubestash.kube.decode import decode
from kubectl_kubestash.resolve import conditions
from kubectl_kubestash.runner import documents
from tests.api.manifests import some

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]

NOW = datetime(2026, 1, 2, tzinfo=UTC)
every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)
a_few = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
UNKNOWN = st.dictionaries(st.just("ofAnotherVersion"), ANYTHING, max_size=1)


@cache
def parts(resource: Resource) -> Object:
    properties = schema_of(MODELS[resource])["properties"]
    return {name: properties[name] for name in ("spec", "status") if name in properties}


@st.composite
def objects(draw: st.DrawFn, resource: Resource) -> Object:
    """A valid object with fields of another version here and there."""
    found: Object = {"apiVersion": resource.api_version, "kind": resource.kind}
    texts = st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=2)
    found["metadata"] = {"name": "a", "namespace": "b", "labels": draw(texts)} | draw(UNKNOWN)
    for name, schema in parts(resource).items():
        found[name] = draw(some(schema)) | draw(UNKNOWN)
        for inner in list(maps_in(found[name])):
            inner.update(draw(UNKNOWN))
    return found


def maps_in(value: Any) -> Iterator[Object]:
    """The maps on the first level below a value; enough to show that levels do not matter."""
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        if isinstance(child, dict):
            yield child


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that is no map, with its path; a merge patch replaces lists whole."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, value


def at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value[name] if isinstance(value, dict) and name in value else ...
    return value


@every_kind
@a_few
@given(data=st.data())
def test_a_patch_changes_what_it_names_and_nothing_else(
    resource: Resource, data: st.DataObject
) -> None:
    before = data.draw(objects(resource))
    wanted = {name: data.draw(some(schema)) for name, schema in parts(resource).items()}

    after = merged(before, difference(before, wanted))

    named = [path for path, _ in leaves(wanted)]
    for path, value in leaves(wanted):
        assert at(after, path) == value
    for path, value in leaves(before):
        if not any(path[: len(other)] == other or other[: len(path)] == path for other in named):
            assert at(after, path) == value


@every_kind
@a_few
@given(data=st.data())
def test_memory_records_and_printed_yaml_keep_objects_whole(
    resource: Resource, data: st.DataObject
) -> None:
    before = data.draw(objects(resource))

    assert difference(before, copy.deepcopy(before)) == {}
    read = decode(json.dumps(before).encode())
    assert isinstance(read, dict)
    assert keep_of(resource)(read) == before
    record = documents.dump(before, resource.api_version, resource.kind)
    assert documents.load(record, "record.yaml") == before
    assert yaml.load(to_yaml(before), Loader=yaml.CSafeLoader) == before


@given(others=st.lists(st.dictionaries(st.text(), st.text()), max_size=3))
def test_a_new_condition_leaves_those_of_others_alone(others: list[dict[str, str]]) -> None:
    written = conditions.with_condition(others, conditions.METRICS_PUSHED, True, now=NOW)

    assert written[: len(others)] == others
    assert [one["type"] for one in written[len(others) :]] == ["MetricsPushed"]
