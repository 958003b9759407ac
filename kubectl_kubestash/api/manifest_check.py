"""Would the API server take this object? Answered without one, from the kind's own schema.

For manifests that are checked before there is a cluster. Fields that the schema does not know are
problems here, because the API server would drop them in silence
(https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning).
Null means absent. Rules between fields and objects are not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from .kinds import MODELS
from .kubernetes_schemas import Schema
from .meta import KubeResource
from .resources import Resource
from .schema import custom_resource_definition
from .structural_schema import schema_of

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_TYPES: dict[str, tuple[type, ...]] = {
    # A YAML reader makes dates of texts that look like one; kubectl does not.
    "string": (str, date),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list, tuple),
    "object": (Mapping,),
}


UNKNOWN_FIELD = "is not a field of this kind"


class SchemaProblem(NamedTuple):
    """What is wrong with one field."""

    path: str
    """Such as `spec.sessions[0].scheduler`."""
    message: str
    """Completes a sentence that starts with the path: `is required`."""


def schema_problems(resource: Resource, raw: Mapping[str, Any]) -> list[SchemaProblem]:
    """What keeps the API server from taking an object of one of our kinds as it is; often nothing.

    Raises KeyError for a kind that is not ours.
    """
    return list(_check(_schema(resource), raw, ""))


def spec_problems(model: type[KubeResource], raw: Mapping[str, Any]) -> list[SchemaProblem]:
    """What is wrong with the spec of an object of any kind that there is a model of."""
    return list(_check(_spec_schema(model), raw.get("spec") or {}, "spec"))


def without_unknown_fields(
    model: type[KubeResource], raw: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[str]]:
    """The object without the fields of its spec that the model does not know, and their paths."""
    unknown: list[str] = []
    spec = _pruned(_spec_schema(model), raw.get("spec") or {}, "spec", unknown)
    return ({**raw, "spec": spec} if unknown else raw), unknown


def _pruned(schema: Schema, value: Any, path: str, unknown: list[str]) -> Any:
    if isinstance(value, list | tuple):
        items = schema.get("items", {})
        return [_pruned(items, one, f"{path}[{i}]", unknown) for i, one in enumerate(value)]
    if not isinstance(value, Mapping) or schema.get("x-kubernetes-preserve-unknown-fields"):
        return value
    kept = {}
    for name, inner in value.items():
        known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        if known is None:
            unknown.append(_below(path, name))
        else:
            kept[name] = _pruned(known, inner, _below(path, name), unknown)
    return kept


@cache
def _spec_schema(model: type[KubeResource]) -> Schema:
    schema: Schema = schema_of(model)["properties"]["spec"]
    return schema


@cache
def _schema(resource: Resource) -> Schema:
    version = custom_resource_definition(MODELS[resource])["spec"]["versions"][0]
    schema: Schema = version["schema"]["openAPIV3Schema"]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    # The API server checks metadata by itself, for all kinds alike.
    return schema | {"properties": schema["properties"] | {"metadata": anything}}


def _check(schema: Schema, value: Any, path: str) -> Iterator[SchemaProblem]:
    if wrong := _wrong_type(schema, value):
        yield SchemaProblem(path, wrong)
    elif isinstance(value, Mapping):
        yield from _check_object(schema, value, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _check(schema["items"], item, f"{path}[{index}]")
    elif wrong := _wrong_value(schema, value):
        yield SchemaProblem(path, wrong)


def _check_object(schema: Schema, value: Mapping[str, Any], path: str) -> Iterator[SchemaProblem]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if value.get(name) is None:
            yield SchemaProblem(_below(path, name), "is required")
    for name, inner in value.items():
        known = properties.get(name) or schema.get("additionalProperties")
        if known is None:
            if not schema.get("x-kubernetes-preserve-unknown-fields"):
                yield SchemaProblem(_below(path, name), UNKNOWN_FIELD)
        elif inner is not None:
            yield from _check(known, inner, _below(path, name))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _wrong_type(schema: Schema, value: Any) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        fits = isinstance(value, int | str) and not isinstance(value, bool)
        return "" if fits else f"must be a number or a text, not {_shown(value)}"
    wanted = schema["type"]
    fits = isinstance(value, _TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")
    return "" if fits else f"must be of type {wanted}, not {_shown(value)}"


def _wrong_value(schema: Schema, value: Any) -> str:
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}, not {_shown(value)}"
    if "minimum" in schema and value < schema["minimum"]:
        return f"must be at least {schema['minimum']}, not {value}"
    if isinstance(value, str):
        if schema.get("format") == "date-time" and not _MOMENT.fullmatch(value):
            return f"must be a moment such as 2026-01-31T23:59:59Z, not {_shown(value)}"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"must be a quantity such as 500m or 2Gi, not {_shown(value)}"
    return ""


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
        case _:
            return str(value)
