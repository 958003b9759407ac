"""What does the API server check and keep of a kind? From the model of the kind.

The schema of a field follows from its Python type and the markers in its annotation; what it
means is the text under it.
"""

from __future__ import annotations

import functools
import operator
import types
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from .field_texts import field_texts
from .kubernetes_schemas import Schema, structural
from .markers import (
    FREE_TEXT,
    REQUIRED,
    SERVER_DEFAULT,
    UNREAD,
    Described,
    Embedded,
    Format,
    MergedBy,
    Minimum,
)
from .meta import KubeModel

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    datetime: {"type": "string", "format": "date-time"},
}


def schema_of(model: type[KubeModel]) -> Schema:
    """The structural schema of a model: an object with the model's fields, sorted by name."""
    texts = field_texts(model)
    hints = get_type_hints(model, include_extras=True)
    properties: dict[str, Schema] = {}
    if model.inlined:
        inner = structural(model.inlined)["properties"]
        properties = {name: schema for name, schema in inner.items() if name != "name"}
    required = []
    for name, field in model.model_fields.items():
        wire_name = field.alias or name
        properties[wire_name] = _field_schema(hints[name], field, texts.get(name, ""))
        if field.is_required() or REQUIRED in unwrap(hints[name])[1]:
            required.append(wire_name)
    schema: Schema = {"type": "object", "properties": dict(sorted(properties.items()))}
    if required:
        schema["required"] = sorted(required)
    if model.is_atomic:
        schema["x-kubernetes-map-type"] = "atomic"
    return schema


def _field_schema(annotation: Any, field: FieldInfo, text: str) -> Schema:
    schema = _type_schema(annotation)
    if text:
        schema["description"] = " ".join([text, *_elsewhere(annotation)])
    if SERVER_DEFAULT in unwrap(annotation)[1]:
        schema["default"] = str(field.default) if schema["type"] == "string" else field.default
    return schema


def _elsewhere(annotation: Any) -> list[str]:
    """Where the fields of an embedded type are explained."""
    kind, markers = unwrap(annotation)
    if get_origin(kind) is tuple:
        markers = unwrap(get_args(kind)[0])[1]
    return [f"As {marker.explained}." for marker in markers if isinstance(marker, Embedded)]


def _type_schema(annotation: Any) -> Schema:
    kind, markers = unwrap(annotation)
    for marker in markers:
        if isinstance(marker, Embedded):
            return structural(marker.definition)
        if isinstance(marker, Described):
            return schema_of(marker.model)
    if UNREAD in markers:
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = _bare_schema(kind)
    for marker in markers:
        if isinstance(marker, Format):
            schema["format"] = marker.name
        elif isinstance(marker, Minimum):
            schema["minimum"] = marker.value
        elif isinstance(marker, MergedBy):
            schema["x-kubernetes-list-type"] = "map"
            schema["x-kubernetes-list-map-keys"] = list(marker.keys)
        elif marker == FREE_TEXT:
            schema.pop("enum")
    return schema


def _bare_schema(kind: Any) -> Schema:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if kind == int | str:
        either = [{"type": "integer"}, {"type": "string"}]
        return {"anyOf": either, "x-kubernetes-int-or-string": True}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type_schema(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": _type_schema(get_args(kind)[1])}
    if issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    assert issubclass(kind, KubeModel), f"no schema for {kind}"
    return schema_of(kind)


def unwrap(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without `Annotated` and `| None`, and all markers on the way."""
    if get_origin(annotation) is Annotated:
        kind, markers = unwrap(get_args(annotation)[0])
        return kind, (*markers, *annotation.__metadata__)
    if get_origin(annotation) in {Union, types.UnionType}:
        present = [kind for kind in get_args(annotation) if kind is not type(None)]
        if len(present) < len(get_args(annotation)):
            return unwrap(functools.reduce(operator.or_, present))
    return annotation, ()
