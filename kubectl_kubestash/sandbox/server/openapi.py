"""What kubectl reads to explain kinds and to know which it may patch how.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition. Only
version 3, only kinds and their types, and of the paths no more than says that the server
validates fields. kubectl falls back to it where it asks for version 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .kinds import DATA

if TYPE_CHECKING:
    from .kinds import Kind, Kinds

Published = Callable[["Kind"], dict[str, Any]]
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_REFERENCE = "#/components/schemas/"
_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")


def answer(path: str, kinds: Kinds, published: Published) -> dict[str, Any] | None:
    """The document at a path; None when there is none. `published` has schemas with their texts."""
    match path.strip("/").split("/"):
        case ["openapi", "v3"]:
            roots = {_root(kind.group, kind.version) for kind in kinds}
            urls = {one: {"serverRelativeURL": f"/openapi/v3/{one}"} for one in sorted(roots)}
            return {"paths": urls}
        case ["openapi", "v3", *rest]:
            found = [kind for kind in kinds if _root(kind.group, kind.version) == "/".join(rest)]
            return _document(found, published) if found else None
    return None


def _root(group: str, version: str) -> str:
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _document(found: list[Kind], published: Published) -> dict[str, Any]:
    definitions = json.loads(DATA.read_bytes())["definitions"]
    if found[0].is_custom:
        definitions = {name: one for name, one in definitions.items() if name.startswith(_META)}
    paths: dict[str, Any] = {}
    for kind in found:
        if kind.is_custom:
            definitions[_name(kind)] = _custom(kind, published(kind))
        if kind.is_stored:
            paths[_path(kind)] = {verb: _operation(kind, verb) for verb in ("get", "put", "patch")}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.34"},
        "paths": paths,
        "components": {"schemas": definitions},
    }


def _custom(kind: Kind, schema: dict[str, Any]) -> dict[str, Any]:
    metadata = {"allOf": [{"$ref": f"{_REFERENCE}{_META}ObjectMeta"}]}
    properties = {**schema.get("properties", {}), "metadata": metadata}
    return {**schema, "properties": properties, "x-kubernetes-group-version-kind": [_gvk(kind)]}


def _operation(kind: Kind, verb: str) -> dict[str, Any]:
    texts = [{"name": n, "in": "query", "schema": {"type": "string"}} for n in _PARAMETERS]
    return {
        "parameters": texts,
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": _gvk(kind),
        "responses": {"200": {"description": "OK"}},
    }


def _name(kind: Kind) -> str:
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])


def _gvk(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _path(kind: Kind) -> str:
    namespace = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{_root(kind.group, kind.version)}{namespace}/{kind.plural}/{{name}}"
