"""Three ways to merge objects: RFC 7396, strategic, and server-side apply without conflicts.

https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .schema import Schema, Schemas

_ORDER, _DELETE = "$setElementOrder/", "$deleteFromPrimitiveList/"


def merged(old: Any, patch: Any) -> Any:
    """A JSON merge patch; nulls remove."""
    if not isinstance(patch, dict):
        return patch
    new = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            new.pop(name, None)
        else:
            new[name] = merged(new.get(name), value)
    return new


def strategic(schemas: Schemas, schema: Schema, old: Any, patch: dict[str, Any]) -> dict[str, Any]:
    """The patch for Kubernetes' own kinds: lists are merged by the key that the schema names."""
    directive = patch.get("$patch")
    if directive or not isinstance(old, dict):
        old = {}
    if directive == "delete":
        return {}
    new = dict(old)
    for name, value in patch.items():
        if name.startswith(_DELETE):
            field = name.removeprefix(_DELETE)
            new[field] = [one for one in new.get(field, ()) if one not in value]
        elif value is None:
            new.pop(name, None)
        elif not name.startswith("$"):
            new[name] = _strategic_field(
                schemas, below(schemas, schema, name), new.get(name), value
            )
    for name, order in patch.items():
        if name.startswith(_ORDER):
            field = name.removeprefix(_ORDER)
            key = below(schemas, schema, field).get("x-kubernetes-patch-merge-key", "")
            new[field] = _ordered(new.get(field) or [], order, key)
    if "$retainKeys" in patch:
        new = {name: value for name, value in new.items() if name in patch["$retainKeys"]}
    return new


def _strategic_field(schemas: Schemas, schema: Schema, old: Any, value: Any) -> Any:
    strategy = schema.get("x-kubernetes-patch-strategy", "").split(",")
    if isinstance(value, dict):
        return strategic(schemas, schema, old if "replace" not in strategy else {}, value)
    if not isinstance(value, list) or "merge" not in strategy or not isinstance(old, list):
        return _plain(value)
    key = schema.get("x-kubernetes-patch-merge-key")
    if key is None:
        return [*old, *(one for one in value if one not in old)]
    if any(one.get("$patch") == "replace" for one in value):
        return [one for one in value if "$patch" not in one]
    new, items = list(old), schema.get("items", {})
    for one in value:
        at = next((i for i, had in enumerate(new) if had.get(key) == one.get(key)), None)
        if one.get("$patch") == "delete":
            new = [had for had in new if had.get(key) != one.get(key)]
        elif at is None:
            new.append(_plain(one))
        else:
            new[at] = strategic(schemas, items, new[at], one)
    return new


def _plain(value: Any) -> Any:
    """A new value, without directives and nulls."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None and not k.startswith("$")}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _ordered(items: list[Any], order: list[Any], key: str) -> list[Any]:
    wanted = [one.get(key) if isinstance(one, dict) else one for one in order]

    def place(item: Any) -> int:
        name = item.get(key) if isinstance(item, dict) else item
        return wanted.index(name) if name in wanted else len(wanted)

    return sorted(items, key=place)


def applied(schemas: Schemas, schema: Schema, old: Any, new: Any, last: Any) -> Any:
    """What is applied now, over what is there, less what was applied last and is not any more."""
    kind = (
        schemas.resolve(schema).get("x-kubernetes-map-type"),
        schema.get("x-kubernetes-list-type"),
    )
    if isinstance(new, dict) and isinstance(old, dict) and kind[0] != "atomic":
        last = last if isinstance(last, dict) else {}
        gone = last.keys() - new.keys()
        made = {name: value for name, value in old.items() if name not in gone}
        for name in gone & old.keys():
            rest = applied(
                schemas, below(schemas, schema, name), old[name], _none(last[name]), last[name]
            )
            if rest not in ({}, [], None) and isinstance(rest, dict | list):
                made[name] = rest
        for name, value in new.items():
            if value is not None:
                inner = below(schemas, schema, name)
                made[name] = applied(schemas, inner, old.get(name), value, last.get(name))
        return made
    if isinstance(new, list) and isinstance(old, list) and kind[1] in {"map", "set"}:
        return _applied_list(schemas, schema, old, new, last if isinstance(last, list) else [])
    return new


def _applied_list(
    schemas: Schemas, schema: Schema, old: list[Any], new: list[Any], last: list[Any]
) -> list[Any]:
    items = schema.get("items", {})
    fields = schemas.resolve(items).get("properties", {})
    keys = schema.get("x-kubernetes-list-map-keys", ())

    def name(item: Any) -> Any:
        if not keys:
            return item
        return tuple(item.get(key, fields.get(key, {}).get("default")) for key in keys)

    had, before, wanted = ({name(one): one for one in each} for each in (old, last, new))
    made = [
        applied(schemas, items, had.get(key), one, before.get(key)) for key, one in wanted.items()
    ]
    kept = [one for key, one in had.items() if key not in wanted and key not in before]
    return kept + made if not made or kept else made


def _none(value: Any) -> Any:
    return {} if isinstance(value, dict) else [] if isinstance(value, list) else None


def below(schemas: Schemas, schema: Schema, name: str) -> Schema:
    """The schema of a field, with what its reference stands for."""
    whole = schemas.resolve(schema)
    found = whole.get("properties", {}).get(name) or whole.get("additionalProperties")
    found = found if isinstance(found, dict) else {}
    return {**schemas.resolve(found), **found} if "$ref" in found else found
