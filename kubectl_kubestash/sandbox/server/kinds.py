"""Which kinds are served? Kubernetes' own from a data file, others from their definitions.

`kubernetes.json` is taken from a real API server (`python -m tests.sandbox.server.kubernetes_data`
in the source tree); defaults that Kubernetes sets by code and its schemas do not tell are in
`defaults.json`, by the name of the type. `columns.json` has what is shown of a kind between name
and age.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schema import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DATA = Path(__file__).with_name("kubernetes.json")
_DEFAULTS = Path(__file__).with_name("defaults.json")
_COLUMNS = json.loads(Path(__file__).with_name("columns.json").read_bytes())
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_PLAIN = {"format": "", "priority": 0}
_CALLED = {"plural": "resource", "singular": "singularResource"}
_CALLED |= {name: name for name in ("shortNames", "categories", "listKind")}
"""Names in a definition, and in discovery."""

_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


class Kind:
    """One kind in one version; `discovery` is what the aggregated discovery API says of it."""

    def __init__(
        self,
        group: str,
        version: str,
        discovery: Mapping[str, Any],
        *,
        columns: Iterable[Mapping[str, Any]],
        schema: Mapping[str, Any],
    ) -> None:
        self.group, self.version, self.discovery = group, version, discovery
        self.plural: str = discovery["resource"]
        self.kind: str = discovery["responseKind"]["kind"]
        self.namespaced: bool = discovery["scope"] == "Namespaced"
        self.is_custom = "$ref" not in schema
        self.columns, self.schema = [*_columns(columns)], dict(schema)
        self.list_kind = str(discovery.get("listKind") or f"{self.kind}List")
        self.subresources = frozenset(one["subresource"] for one in discovery["subresources"])
        self.api_version = f"{group}/{version}" if group else version
        self.resource = f"{self.plural}.{group}" if group else self.plural
        """How objects are stored, and how messages name the kind."""
        self.is_stored = "list" in discovery["verbs"]
        """Whether there is something to list: not so for reviews."""


class Kinds:
    """All that is served now."""

    def __init__(self) -> None:
        data = json.loads(_DATA.read_bytes())
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
                self._add(_custom(definition["spec"], version, self.schemas))

    def forget(self, definition: Mapping[str, Any]) -> None:
        """Serve it no longer."""
        spec = definition["spec"]
        for key in [
            key for key in self._known if key[::2] == (spec["group"], spec["names"]["plural"])
        ]:
            del self._known[key]

    def _add(self, kind: Kind) -> None:
        self._known[kind.group, kind.version, kind.plural] = kind


def _columns(given: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """With the name first, and all that clients look for in a column."""
    text = "Custom resource definition column (in JSONPath format): {jsonPath}"
    yield _PLAIN | _COLUMNS["name"]
    for each in given:
        yield {**_PLAIN, "description": text.format(**each), **each}


def _built_in(found: Mapping[str, Any], schemas: Schemas) -> Kind:
    shown = _COLUMNS["kinds"].get(found["resource"], {}).items()
    columns = [{"name": name, "type": "string", "jsonPath": path} for name, path in shown]
    schema = schemas.built_in(found["group"], found["responseKind"]["kind"])
    return Kind(found["group"], "v1", found, columns=[*columns, _AGE], schema=schema)


def _custom(spec: Mapping[str, Any], version: Mapping[str, Any], schemas: Schemas) -> Kind:
    names = spec["names"]
    gvk = {"group": spec["group"], "version": version["name"], "kind": names["kind"]}
    verbs = ["get", "patch", "update"]
    discovery = {
        "singularResource": names["kind"].lower(),
        "verbs": _ALL_VERBS,
        "scope": spec["scope"],
        **{_CALLED[key]: value for key, value in names.items() if key in _CALLED and value},
        "responseKind": gvk,
        "subresources": [
            {"subresource": name, "responseKind": gvk, "verbs": verbs}
            for name in sorted(version.get("subresources") or {})
        ],
    }
    columns = version.get("additionalPrinterColumns") or [_AGE]
    schema = schemas.custom((version.get("schema") or {}).get("openAPIV3Schema") or {})
    return Kind(spec["group"], version["name"], discovery, columns=columns, schema=schema)
