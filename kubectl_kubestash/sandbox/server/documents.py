"""What clients read to find kinds, to explain ours, and to know that the server checks fields.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/: discovery without aggregation, who
asks for that takes the plain documents; OpenAPI in version 3 only, to which kubectl falls back
where it asks for version 2, and without types of Kubernetes' own kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kinds import Kind, Kinds

Published = Callable[["Kind"], dict[str, Any]]
_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")
_VERSION = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.4+kubestash-sandbox",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "platform": "linux/amd64",
}


def answer(path: str, kinds: Kinds, published: Published) -> dict[str, Any] | None:
    """The document at a path; None when there is none. `published` has schemas with their texts."""
    match path.strip("/").split("/"):
        case ["version"]:
            return _VERSION
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = {kind.group: kind.version for kind in kinds if kind.group}
            listed = [_group(*each) for each in groups.items()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}
        case ["openapi", "v3"]:
            roots = sorted({_root(kind) for kind in kinds})
            return {"paths": {one: {"serverRelativeURL": f"/openapi/v3/{one}"} for one in roots}}
        case ["openapi", "v3", *rest]:
            found = [kind for kind in kinds if _root(kind) == "/".join(rest)]
            return _types(found, published) if found else None
        case rest:
            found = [kind for kind in kinds if _root(kind) == "/".join(rest)]
            return _resources(found) if found else None


def _root(kind: Kind) -> str:
    return f"apis/{kind.api_version}" if kind.group else f"api/{kind.version}"


def _group(name: str, version: str) -> dict[str, Any]:
    """There is one version of each group."""
    listed = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [listed], "preferredVersion": listed}


def _resources(kinds: list[Kind]) -> dict[str, Any]:
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": kinds[0].api_version}
    return head | {"resources": [_resource(kind) for kind in kinds]}


def _resource(kind: Kind) -> dict[str, Any]:
    """Without subresources, which nobody looks for."""
    found = kind.discovery
    names = {key: found[key] for key in ("shortNames", "categories") if key in found}
    main = {"singularName": found["singularResource"], "namespaced": kind.namespaced}
    return {"name": kind.plural, **main, "kind": kind.kind, "verbs": found["verbs"], **names}


def _types(found: list[Kind], published: Published) -> dict[str, Any]:
    schemas, paths = {}, {}
    for kind in found:
        gvk = {"group": kind.group, "version": kind.version, "kind": kind.kind}
        if kind.is_custom:
            name = ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])
            schemas[name] = {**published(kind), "x-kubernetes-group-version-kind": [gvk]}
        paths[_path(kind)] = {verb: _operation(gvk, verb) for verb in ("get", "put", "patch")}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.34"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(gvk: dict[str, str], verb: str) -> dict[str, Any]:
    texts = [{"name": n, "in": "query", "schema": {"type": "string"}} for n in _PARAMETERS]
    return {
        "parameters": texts,
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": gvk,
        "responses": {"200": {"description": "OK"}},
    }


def _path(kind: Kind) -> str:
    namespace = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{_root(kind)}{namespace}/{kind.plural}/{{name}}"
