"""Every field of a manifest of Stash is in what it becomes, or in the report."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.api.manifest_check import schema_problems
from kubectl_kubestash.api.resources import OURS
from kubectl_kubestash.api.structural_schema import schema_of
from kubectl_kubestash.resolve.convert.conversion import MODELS, Converted, convert
from tests.api.manifests import SCALARS, some, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kubectl_kubestash.api.meta import KubeResource

Object = dict[str, Any]

every_kind = pytest.mark.parametrize("kind", MODELS)
a_few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
UNKNOWN = st.dictionaries(st.just("ofAnotherVersion"), st.text(min_size=1, max_size=3), max_size=1)
KINDS = {resource.kind: resource for resource in OURS}
MEANT = ("Restic", "VolumeSnapshotter", "Always", "OnFailure", "OnFinalRetryFailure")
ONLY = ("All", "Selector", "Same")
TARGETS = ("Deployment", "StatefulSet", "PersistentVolumeClaim", "AppBinding", "ReplicaSet")


@cache
def spec_of(kind: str) -> Object:
    found: Object = schema_of(MODELS[kind])["properties"]["spec"]
    return found


def manifest(kind: str, spec: Object) -> Object:
    model: type[KubeResource] = MODELS[kind]
    metadata = {"name": "a", "namespace": "b", "labels": {"app": "shop"}, "annotations": {"x": "y"}}
    if not model.resource.namespaced:
        del metadata["namespace"]
    api_version = model.resource.api_version
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def unique(value: Any, numbers: Iterator[int], keep: Callable[[], bool]) -> Any:
    """The same value with another text or number in each place, so that each can be found again."""
    if isinstance(value, dict):
        return {key: unique(inner, numbers, keep) for key, inner in value.items()}
    if isinstance(value, list):
        return [unique(inner, numbers, keep) for inner in value]
    if isinstance(value, bool) or (value in SCALARS.values() and value not in ("text", 1)):
        return value
    if isinstance(value, str):
        stays = value in ONLY or (value in MEANT and keep())
        return value if stays else f"group{next(numbers)}/text"
    return 1000 + next(numbers) if isinstance(value, int) else value


@st.composite
def objects(draw: st.DrawFn, kind: str) -> Object:
    """A manifest of Stash, with fields of another version here and there."""
    spec = draw(some(spec_of(kind)))
    spec = unique(spec, count(1), lambda: draw(st.booleans()))
    for inner in (spec, *(each for each in spec.values() if isinstance(each, dict))):
        inner.update(draw(UNKNOWN))
    ref = (spec.get("target") or {}).get("ref") or {}
    if "kind" in ref:
        ref["kind"] = draw(st.sampled_from(TARGETS))
    return manifest(kind, spec)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that says something, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    elif value:
        yield path, value


def is_told(result: Converted, path: str) -> bool:
    return any(
        note.path in ("", path) or path.startswith((f"{note.path}.", f"{note.path}["))
        for note in result.notes
        if note.is_whole
    )


def is_written(result: Converted, path: str, value: Any) -> bool:
    there = [inner for made in result.objects for _, inner in leaves(made)]
    if path.endswith("apiVersion"):
        value = str(value).partition("/")[0]
    if isinstance(value, str):
        return any(value in inner for inner in there if isinstance(inner, str))
    return value in there


def missing(result: Converted) -> list[str]:
    raw = {key: result.raw[key] for key in ("metadata", "spec")}
    return [
        path
        for path, value in leaves(raw)
        if not is_told(result, path) and not is_written(result, path, value)
    ]


def problems(result: Converted) -> list[Any]:
    return [
        problem for made in result.objects for problem in schema_problems(KINDS[made["kind"]], made)
    ]


@every_kind
@a_few
@given(data=st.data())
def test_each_field_is_written_or_told_and_what_is_written_fits(
    kind: str, data: st.DataObject
) -> None:
    (result,) = convert([data.draw(objects(kind))])

    assert missing(result) == []
    assert problems(result) == []


@every_kind
def test_a_manifest_with_every_field_set_is_told_field_by_field(kind: str) -> None:
    spec = unique(whole(spec_of(kind)), count(1), lambda: True)

    (result,) = convert([manifest(kind, spec)])

    assert missing(result) == []
    assert problems(result) == []


def test_a_field_that_went_in_silence_would_be_found() -> None:
    (result,) = convert([manifest("Function", {"image": "a/b", "command": ["quux"]})])
    del result.objects[0]["spec"]["command"]

    assert missing(result) == ["spec.command[0]"]
