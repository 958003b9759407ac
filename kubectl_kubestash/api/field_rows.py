"""What fields has a model, in words? One row for each, for the reference pages."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin, get_type_hints

from .markers import UNREAD, Described, Embedded
from .meta import KubeModel
from .structural_schema import schema_of, unwrap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .kubernetes_schemas import Schema

_WORDS = {"date-time": "time", "double": "number"}


class FieldRow(NamedTuple):
    """One field."""

    path: str
    """Such as `spec.sessions[].name`."""
    type: str
    """In words; types that stand on a page of their own are in brackets: `list of [Hook]`."""
    default: str
    """What the API server fills in; `required` where it insists on the field."""
    text: str


def field_rows(
    model: type[KubeModel], prefix: str = "", *, inline: Collection[type[KubeModel]]
) -> Iterator[FieldRow]:
    """The fields of a model in their order; those of models in `inline` follow at once."""
    schema = _schema(model)
    hints = get_type_hints(model, include_extras=True)
    if model.inlined:
        yield FieldRow(f"{prefix}*", "any volume", "", "As `pod.spec.volumes`, but for the name.")
    for name, field in model.model_fields.items():
        wire_name = field.alias or name
        inner = model_of(hints[name])
        of = schema["properties"][wire_name]
        expanded = inner in inline
        required = wire_name in schema.get("required", ())
        yield FieldRow(
            f"{prefix}{wire_name}",
            _type(hints[name], of, linked=not expanded),
            "required" if required else _default(of),
            of.get("description", ""),
        )
        if inner and expanded:
            below = f"{prefix}{wire_name}{_many(hints[name])}."
            yield from field_rows(inner, below, inline=inline)


def models_within(model: type[KubeModel]) -> Counter[type[KubeModel]]:
    """Every model inside this one, with the number of fields that are of it."""
    found: Counter[type[KubeModel]] = Counter()
    for annotation in _field_types(model):
        inner = model_of(annotation)
        if inner:
            found[inner] += 1
            if found[inner] == 1:
                found.update(models_within(inner))
    return found


def model_of(annotation: Any) -> type[KubeModel] | None:
    """The model of a field, of its items or of its values; None for other fields."""
    kind, markers = unwrap(annotation)
    described = next((marker.model for marker in markers if isinstance(marker, Described)), None)
    if described:
        return described
    if get_origin(kind) in (tuple, dict):
        return model_of(get_args(kind)[0 if get_origin(kind) is tuple else 1])
    return kind if isinstance(kind, type) and issubclass(kind, KubeModel) else None


@cache
def _schema(model: type[KubeModel]) -> Schema:
    return schema_of(model)


def _field_types(model: type[KubeModel]) -> list[Any]:
    hints = get_type_hints(model, include_extras=True)
    return [hints[name] for name in model.model_fields]


def _many(annotation: Any) -> str:
    origin = get_origin(unwrap(annotation)[0])
    return "[]" if origin is tuple else "{}" if origin is dict else ""


def _type(annotation: Any, schema: Schema, *, linked: bool) -> str:
    kind, markers = unwrap(annotation)
    if get_origin(kind) is tuple and not any(isinstance(m, Described) for m in markers):
        return f"list of {_type(get_args(kind)[0], schema['items'], linked=linked)}"
    if "additionalProperties" in schema and get_origin(kind) is dict:
        inner = _type(get_args(kind)[1], schema["additionalProperties"], linked=linked)
        return f"map of {inner}"
    if UNREAD in markers:
        return "any object"
    for marker in markers:
        if isinstance(marker, Embedded):
            return marker.definition.rpartition(".")[2]
    model = model_of(annotation)
    if model:
        return f"[{model.__name__}]" if linked else "object"
    return _scalar(schema)


def _scalar(schema: Schema) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("x-kubernetes-int-or-string"):
        return "number or text"
    name = _WORDS.get(schema.get("format", ""), str(schema["type"]))
    return f"{name}, at least {schema['minimum']}" if "minimum" in schema else name


def _default(schema: Schema) -> str:
    if "default" not in schema:
        return ""
    value = schema["default"]
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
