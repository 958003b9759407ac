"""Which kinds can be found?

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .kinds import Kind, Kinds

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_VERSION = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.4+kubestash-sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}


def answer(  # noqa: PLR0911 - one for each kind of document
    path: str, kinds: Kinds, *, aggregated: bool
) -> dict[str, Any] | None:
    """The document at a path; None when there is none."""
    match path.strip("/").split("/"):
        case ["version"]:
            return _VERSION
        case ["api" | "apis" as root] if aggregated:
            return _aggregated(_groups(kinds, core=root == "api"))
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = [_group(g, vs) for g, vs in _groups(kinds, core=False).items()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group] if versions := _groups(kinds, core=False).get(group):
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, versions)}
        case ["api", "v1" as version]:
            return _resources("v1", _groups(kinds, core=True)[""][version])
        case ["apis", group, version]:
            found = _groups(kinds, core=False).get(group, {}).get(version)
            return _resources(f"{group}/{version}", found) if found else None
    return None


def _groups(kinds: Kinds, *, core: bool) -> dict[str, dict[str, list[Kind]]]:
    groups: dict[str, dict[str, list[Kind]]] = {}
    for kind in kinds:
        if core == (not kind.group):
            groups.setdefault(kind.group, {}).setdefault(kind.version, []).append(kind)
    return groups


def _aggregated(groups: dict[str, dict[str, list[Kind]]]) -> dict[str, Any]:
    items = [
        {
            "metadata": {"name": name} if name else {},
            "versions": [
                {
                    "version": version,
                    "resources": [_without_nothing(kind) for kind in found],
                    "freshness": "Current",
                }
                for version, found in versions.items()
            ],
        }
        for name, versions in groups.items()
    ]
    head = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2"}
    return head | {"metadata": {}, "items": items}


def _without_nothing(kind: Kind) -> dict[str, Any]:
    return {key: value for key, value in kind.discovery.items() if value}


def _group(name: str, versions: Iterable[str]) -> dict[str, Any]:
    listed = [{"groupVersion": f"{name}/{one}", "version": one} for one in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _resources(group_version: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    listed = [entry for kind in kinds for entry in _entries(kind)]
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version}
    return head | {"resources": listed}


def _entries(kind: Kind) -> Iterable[dict[str, Any]]:
    found = kind.discovery
    names = {key: found[key] for key in ("shortNames", "categories") if key in found}
    main = {"singularName": found["singularResource"], "namespaced": kind.namespaced}
    yield {"name": kind.plural, **main, "kind": kind.kind, "verbs": found["verbs"], **names}
    for sub in found["subresources"]:
        name, of = f"{kind.plural}/{sub['subresource']}", sub["responseKind"]
        gv = {key: of[key] for key in ("group", "version") if of[key] and not kind.is_custom}
        yield {"name": name, **main, "singularName": "", **gv} | {
            "kind": of["kind"],
            "verbs": sub["verbs"],
        }
