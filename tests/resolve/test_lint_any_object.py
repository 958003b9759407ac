"""Whatever an API server accepts can be judged, and whatever it refuses is named."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.resources import OURS, Resource
from kubectl_kubestash.api.structural_schema import schema_of
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.lint.judgement import judge
from kubectl_kubestash.resolve.lint.manifests import LintFinding, manifests_in
from tests.api.manifests import some

every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)
a_few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
catalogue = cache(documents)

NAMES = st.sampled_from(["", "a", "pvc-addon", "logical-backup", "x/../y", "${a}", "latest", "1h"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@cache
def spec_of(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = schema_of(MODELS[resource])["properties"]["spec"]
    return found


def lint(resource: Resource, spec: Any) -> list[LintFinding]:
    manifest = {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": "a", "namespace": "b"},
        "spec": spec,
    }
    manifests, findings = manifests_in("file", json.dumps(manifest))
    return findings + judge(manifests, catalogue=catalogue())


def with_names(value: Any, names: st.SearchStrategy[str], draw: Any) -> Any:
    """The same value with texts that mean something here and there."""
    if isinstance(value, dict):
        return {key: with_names(inner, names, draw) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_names(inner, names, draw) for inner in value]
    is_free = isinstance(value, str) and not value.isalpha() and ":" not in value
    return draw(names) if is_free else value


@every_kind
@a_few
@given(data=st.data())
def test_an_object_that_fits_the_schema_is_judged(resource: Resource, data: st.DataObject) -> None:
    spec = with_names(data.draw(some(spec_of(resource))), NAMES, data.draw)

    findings = lint(resource, spec)

    assert all(one.finding.message and one.finding.reason for one in findings)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value."""
    children: Any = ()
    if isinstance(value, dict | list):
        children = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, inner in children for found in paths(inner, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@every_kind
@a_few
@given(data=st.data())
def test_an_object_that_does_not_fit_is_judged_as_well(
    resource: Resource, data: st.DataObject
) -> None:
    spec = data.draw(some(spec_of(resource)))
    path = data.draw(st.sampled_from(paths(spec)))

    findings = lint(resource, replaced(spec, path, data.draw(ANYTHING)))

    assert all(one.place.line == 1 for one in findings)
