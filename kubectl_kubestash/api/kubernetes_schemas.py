"""What are the schemas of Kubernetes' own types that stand inside our kinds?

They come from a real API server and are kept, reduced to what we embed, in `kubernetes.json`.
To take them from a newer one:

    kubectl get --raw /openapi/v3/api/v1 | python -m kubectl_kubestash.api.kubernetes_schemas

On the way into a CustomResourceDefinition they are rewritten as it demands
(https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/,
"Specifying a structural schema"): no references, one type each, and names for the two types that
are a number or a string. Enumerations are left out: the API server checks them when a Job is made,
and a newer one may know more of them. So are empty defaults, which would only fill objects up, and
all texts: with them, `kubectl apply` could not keep the largest definitions in its annotation of
262144 bytes. The description of a field says where kubectl explains it.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from . import embedded
from .markers import Embedded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

DATA = Path(__file__).with_name("kubernetes.json")

_PREFIX = "#/components/schemas/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_KEPT = (
    "type",
    "format",
    "default",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_NUMBER = r"(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}

_REWRITTEN: dict[str, Schema] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "anyOf": _INT_OR_STRING,
        "pattern": rf"^(\+|-)?{_NUMBER}(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?{_NUMBER}))?$",
        "x-kubernetes-int-or-string": True,
    },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "anyOf": _INT_OR_STRING,
        "x-kubernetes-int-or-string": True,
    },
    _META + "Time": {"type": "string", "format": "date-time"},
    _META + "ObjectMeta": {
        "type": "object",
        "properties": {
            "annotations": _TEXTS,
            "finalizers": {"type": "array", "items": {"type": "string"}},
            "labels": _TEXTS,
            "name": {"type": "string"},
            "namespace": {"type": "string"},
        },
    },
}


def structural(definition: str) -> Schema:
    """The schema of a type of Kubernetes' own, fit for a CustomResourceDefinition."""
    return _structural(_definitions()[definition])


def selected(document: Mapping[str, Any]) -> dict[str, Schema]:
    """What we need of an OpenAPI document: the types that we embed, and those inside them."""
    definitions = document["components"]["schemas"]
    found: dict[str, Schema] = {}
    waiting = sorted(_embedded_names())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _reduced(definitions[name])
            waiting += [inner for inner in _references(found[name]) if inner not in _REWRITTEN]
    return dict(sorted(found.items()))


def _embedded_names() -> set[str]:
    markers = (marker for alias in vars(embedded).values() for marker in get_args(alias)[1:])
    return {marker.definition for marker in markers if isinstance(marker, Embedded)}


@cache
def _definitions() -> dict[str, Schema]:
    definitions: dict[str, Schema] = json.loads(DATA.read_text(encoding="utf-8"))
    return definitions


def _structural(schema: Mapping[str, Any]) -> Schema:
    match schema:
        case {"$ref": str(name)}:
            target = _REWRITTEN.get(name)
            return dict(target) if target else _structural(_definitions()[name])
        case {"allOf": [only]}:
            return _structural(only)
        case _:
            return _flat(schema)


def _flat(schema: Mapping[str, Any]) -> Schema:
    result = {key: schema[key] for key in _KEPT if key in schema}
    if result.get("default") in ("", {}):
        del result["default"]
    if properties := schema.get("properties"):
        result["properties"] = {name: _structural(inner) for name, inner in properties.items()}
    for key in ("items", "additionalProperties"):
        if key in schema:
            result[key] = _structural(schema[key])
    return result


def _reduced(schema: Mapping[str, Any]) -> Schema:
    """The same schema without what we never use."""
    result = {key: schema[key] for key in _KEPT if key in schema}
    if "$ref" in schema:
        result["$ref"] = schema["$ref"].removeprefix(_PREFIX)
    if "allOf" in schema:
        result["allOf"] = [_reduced(inner) for inner in schema["allOf"]]
    if properties := schema.get("properties"):
        result["properties"] = {name: _reduced(inner) for name, inner in properties.items()}
    for key in ("items", "additionalProperties"):
        if key in schema:
            result[key] = _reduced(schema[key])
    return result


def _references(schema: Any) -> Iterator[str]:
    match schema:
        case {"$ref": str(name)}:
            yield name
        case dict():
            for inner in schema.values():
                yield from _references(inner)
        case list():
            for inner in schema:
                yield from _references(inner)
        case _:
            pass


def main() -> None:
    """Read an OpenAPI document from standard input and keep what we embed of it."""
    kept = selected(json.load(sys.stdin))
    DATA.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
