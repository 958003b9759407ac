"""Objects made from schemas: whole ones, with every field set, and random ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

SCALARS: dict[tuple[str, str], Any] = {
    ("string", ""): "text",
    ("string", "byte"): "AAAA",
    ("string", "date-time"): "2026-01-02T03:04:05Z",
    ("boolean", ""): True,
    ("integer", ""): 1,
    ("integer", "int32"): 1,
    ("integer", "int64"): 1,
    ("number", "double"): 1.5,
}


def whole(schema: Schema) -> Any:
    """A value with every field of the schema set, and one entry in each list and map."""
    match schema:
        case {"x-kubernetes-preserve-unknown-fields": True}:
            return {"any": {"thing": [1, "a"]}}
        case {"additionalProperties": dict(inner)}:
            return {"key": whole(inner)}
        case {"type": "array"}:
            return [whole(schema["items"])]
        case {"type": "object"}:
            return {name: whole(inner) for name, inner in schema.get("properties", {}).items()}
        case _:
            return _scalar(schema)


def _scalar(schema: Schema) -> Any:
    match schema:
        case {"enum": [first, *_]}:
            return first
        case {"x-kubernetes-int-or-string": True}:
            return "1"
        case _:
            return SCALARS[schema["type"], schema.get("format", "")]


def some(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that fit the schema: required fields and a few others."""
    match schema:
        case {"x-kubernetes-preserve-unknown-fields": True}:
            return st.dictionaries(st.text(max_size=5), st.integers() | st.text(), max_size=2)
        case {"additionalProperties": dict(inner)}:
            return st.dictionaries(st.text(max_size=5), some(inner), max_size=2)
        case {"type": "array"}:
            return st.lists(some(schema["items"]), max_size=2)
        case {"type": "object"}:
            return _some_object(schema)
        case _:
            return _some_scalar(schema)


def _some_scalar(schema: Schema) -> st.SearchStrategy[Any]:
    match schema:
        case {"enum": list(values)}:
            return st.sampled_from(values)
        case {"x-kubernetes-int-or-string": True}:
            return st.sampled_from([1, "1", "100m"])
        case {"type": "string"} if "format" not in schema:
            return st.text(max_size=5)
        case _:
            return st.just(_scalar(schema))


@st.composite
def _some_object(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    properties = schema.get("properties", {})
    chosen = set(schema.get("required", []))
    if properties:
        chosen |= draw(st.sets(st.sampled_from(sorted(properties)), max_size=3))
    return {name: draw(some(properties[name])) for name in sorted(chosen)}
