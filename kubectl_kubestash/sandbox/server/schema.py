"""Does an object fit its schema? Checked, pruned and filled with defaults in one walk.

Structural schemas as CustomResourceDefinitions have them:
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
Kubernetes' own kinds go the same way, with the schemas that the API server publishes of them.
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from .failure import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]

_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_IDENTITY = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"$ref": _META + "ObjectMeta"},
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (float, int),
    "array": (list,),
    "object": (dict,),
}
_NAMES = {types[0]: name for name, types in _TYPES.items()} | {type(None): "null"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_FREE = "x-kubernetes-preserve-unknown-fields"


class Schemas:
    """All schemas, without their texts, and each part that is the same only once."""

    def __init__(self, definitions: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self._parts: dict[Any, Any] = {}
        self._own: dict[tuple[str, str], str] = {}
        self._definitions: dict[str, Schema] = {}
        for name, definition in definitions.items():
            schema = self._definitions[name] = _reduced(definition, fills=False)
            for field, value in defaults.get(name.rpartition(".")[2], {}).items():
                schema["properties"][field]["default"] = value
            for gvk in definition.get("x-kubernetes-group-version-kind", ()):
                self._own[gvk["group"], gvk["kind"]] = name

    def built_in(self, group: str, kind: str) -> Schema:
        """The schema of one of Kubernetes' own kinds."""
        return {"$ref": self._own[group, kind]}

    def custom(self, schema: Mapping[str, Any]) -> Schema:
        """A schema as a definition has it, made fit to be used often."""
        whole: Schema = self._shared(_reduced(schema))
        return whole | {"properties": whole.get("properties", {}) | _IDENTITY}

    def resolve(self, schema: Schema) -> Schema:
        """What a reference stands for; anything else is itself."""
        return self._definitions[schema["$ref"]] if "$ref" in schema else schema

    def _shared(self, value: Any) -> Any:
        if isinstance(value, dict):
            parts = {key: self._shared(part) for key, part in value.items()}
            key: Any = tuple((name, id(part)) for name, part in parts.items())
            return self._parts.setdefault(key, parts)
        if isinstance(value, list):
            return self._parts.setdefault(json.dumps(value), value)
        return self._parts.setdefault((type(value), value), value)


class Fitting:
    """One object that is made to fit. Look at `causes` and `unknown` afterwards."""

    def __init__(self, schemas: Schemas, *, is_custom: bool) -> None:
        self.causes: list[Cause] = []
        self.unknown: list[str] = []
        """Paths of fields that were dropped."""
        self._schemas = schemas
        self._is_custom = is_custom

    def fit(self, schema: Schema, value: Any, path: str = "") -> None:
        """Check a value; prune and fill it in place."""
        schema = self._schemas.resolve(schema)
        if wrong := _type_problem(schema, value):
            shown = f'"{_NAMES.get(type(value), "object")}"'
            text = f"Invalid value: {shown}: {path} in body must be of type {wrong}: {shown}"
            self.causes.append(Cause("FieldValueTypeInvalid", text, path or "<nil>"))
        elif isinstance(value, dict):
            self._object(schema, value, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.fit(schema.get("items", {}), item, f"{path}[{index}]")
        else:
            self._plain(schema, value, path)

    def _object(self, schema: Schema, value: dict[str, Any], path: str) -> None:
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        free = schema.get(_FREE) or (not self._is_custom and not properties and rest is None)
        for name in list(value):
            inner = properties.get(name, rest if isinstance(rest, dict) else None)
            if inner is None and not free and rest is not True:
                del value[name]
                self.unknown.append(_below(path, name))
            elif value[name] is None and name in properties:
                del value[name]
            elif inner is not None and value[name] is not None:
                self.fit(inner, value[name], _below(path, name))
        for name, inner in properties.items():
            if "default" in inner and name not in value:
                value[name] = copy.deepcopy(inner["default"])
                if value[name] is not None:
                    self.fit(inner, value[name], _below(path, name))
        self._require(schema, value, path)

    def _require(self, schema: Schema, value: dict[str, Any], path: str) -> None:
        for name in schema.get("required", ()):
            below = _below(path, name)
            if name in value:
                continue
            if self._is_custom or not below.startswith("status."):
                self.causes.append(Cause("FieldValueRequired", "Required value", below))
            else:
                # In its own kinds, Kubernetes writes the zero of such a field.
                wanted = self._schemas.resolve(schema["properties"][name]).get("type")
                value[name] = _TYPES[wanted][0]() if wanted else None

    def _plain(self, schema: Schema, value: Any, path: str) -> None:
        shown = json.dumps(value)
        if "enum" in schema and value not in schema["enum"]:
            known = ", ".join(json.dumps(one) for one in schema["enum"])
            text = f"Unsupported value: {shown}: supported values: {known}"
            self.causes.append(Cause("FieldValueNotSupported", text, path))
        elif rule := _rule_problem(schema, value):
            text = f"Invalid value: {shown}: {path} in body {rule}"
            self.causes.append(Cause("FieldValueInvalid", text, path))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _reduced(schema: Mapping[str, Any], *, fills: bool = True) -> Schema:
    """Without texts; references as they are looked up; `fills` keeps defaults that say nothing."""
    kept: Schema = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: _reduced(inner, fills=fills) for name, inner in value.items()}
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            kept[key] = _reduced(value, fills=fills)
        elif key == "allOf" and "$ref" in value[0]:
            kept |= _reduced(value[0], fills=fills)
        elif key == "$ref":
            kept[key] = value.rpartition("/")[2]
        elif key == "default" and not fills and value in ("", 0, {}):
            continue
        elif key not in {"description", "allOf", "anyOf", "oneOf", "not", "externalDocs"}:
            kept[key] = value
    return kept


def _type_problem(schema: Schema, value: Any) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        fits = isinstance(value, int | str) and not isinstance(value, bool)
        return "" if fits else "integer,string"
    wanted = schema.get("type")
    if wanted is None:
        return ""
    fits = isinstance(value, _TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")
    return "" if fits else wanted


def _rule_problem(schema: Schema, value: Any) -> str:
    if "minimum" in schema and value < schema["minimum"]:
        return f"should be greater than or equal to {schema['minimum']}"
    if isinstance(value, str):
        if schema.get("format") == "date-time" and not _MOMENT.fullmatch(value):
            return "must be of type date-time"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"should match '{schema['pattern']}'"
    return ""
