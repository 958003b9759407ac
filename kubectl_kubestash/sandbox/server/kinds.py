"""Which kinds are served? Kubernetes' own from a data file, others from their definitions.

`kubernetes.json` is taken from a real API server (`python -m tests.sandbox.server.kubernetes_data`
in the source tree); defaults that Kubernetes sets by code and its schemas do not tell are in
`defaults.json`, by the name of the type.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schema import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = Path(__file__).with_name("kubernetes.json")
_DEFAULTS = Path(__file__).with_name("defaults.json")
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_PLAIN = {"format": "", "priority": 0}
_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind in one version, under the names of the discovery API."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    discovery: Mapping[str, Any]
    columns: list[dict[str, Any]]
    schema: Mapping[str, Any] | None
    is_custom: bool = False
    list_kind: str = ""
    subresources: frozenset[str] = field(default=frozenset())

    @property
    def api_version(self) -> str:
        """`group/version`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """`plural.group`: how objects are stored and how messages name the kind."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def is_stored(self) -> bool:
        """Whether there is something to list: not so for reviews."""
        return "list" in self.discovery["verbs"]


class Kinds:
    """All that is served now."""

    def __init__(self) -> None:
        data = json.loads(DATA.read_bytes())
        self.schemas = Schemas(data["definitions"], json.loads(_DEFAULTS.read_bytes()))
        self._known: dict[tuple[str, str, str], Kind] = {}
        for found in data["kinds"]:
            self._add(_built_in(found, self.schemas))

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._known.values())

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind at a path."""
        return self._known.get((group, version, plural))

    def stored(self, resource: str) -> Kind:
        """A kind by the name that its objects are stored under. Raises KeyError."""
        plural, _, group = resource.partition(".")
        for kind in self._known.values():
            if (kind.group, kind.plural) == (group, plural):
                return kind
        raise KeyError(resource)

    def define(self, definition: Mapping[str, Any]) -> None:
        """Serve what a CustomResourceDefinition says; what it said before is forgotten."""
        self.forget(definition)
        for version in definition["spec"]["versions"]:
            if version.get("served"):
                name_column = self._known["", "v1", "pods"].columns[0]
                self._add(_custom(definition["spec"], version, self.schemas, name_column))

    def forget(self, definition: Mapping[str, Any]) -> None:
        """Serve it no longer."""
        spec = definition["spec"]
        for key in [key for key in self._known if key[::2] == (spec["group"], _plural(spec))]:
            del self._known[key]

    def _add(self, kind: Kind) -> None:
        self._known[kind.group, kind.version, kind.plural] = kind


def _from(column: Mapping[str, Any]) -> str:
    return f"Custom resource definition column (in JSONPath format): {column['jsonPath']}"


def _plural(spec: Mapping[str, Any]) -> str:
    return str(spec["names"]["plural"])


def _built_in(found: dict[str, Any], schemas: Schemas) -> Kind:
    group, columns = found.pop("group"), found.pop("columns")
    kind = found["responseKind"]["kind"]
    return Kind(
        group,
        "v1",
        found["resource"],
        kind,
        found["scope"] == "Namespaced",
        found,
        columns,
        schemas.built_in(group, kind),
        list_kind=f"{kind}List",
        subresources=frozenset(one["subresource"] for one in found["subresources"]),
    )


def _custom(
    spec: Mapping[str, Any],
    version: Mapping[str, Any],
    schemas: Schemas,
    name_column: dict[str, Any],
) -> Kind:
    names = spec["names"]
    gvk = {"group": spec["group"], "version": version["name"], "kind": names["kind"]}
    subresources = sorted(version.get("subresources") or {})
    discovery = {
        "resource": names["plural"],
        "responseKind": gvk,
        "scope": spec["scope"],
        "singularResource": names.get("singular") or names["kind"].lower(),
        "verbs": _ALL_VERBS,
        **{key: names[key] for key in ("shortNames", "categories") if names.get(key)},
        "subresources": [
            {"subresource": name, "responseKind": gvk, "verbs": ["get", "patch", "update"]}
            for name in subresources
        ],
    }
    columns = version.get("additionalPrinterColumns") or [_AGE]
    return Kind(
        spec["group"],
        version["name"],
        names["plural"],
        names["kind"],
        spec["scope"] == "Namespaced",
        discovery,
        [name_column, *({**_PLAIN, "description": _from(column), **column} for column in columns)],
        schemas.custom((version.get("schema") or {}).get("openAPIV3Schema") or {}),
        is_custom=True,
        list_kind=names.get("listKind") or f"{names['kind']}List",
        subresources=frozenset(subresources),
    )
