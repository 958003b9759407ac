"""Two ways to merge objects: RFC 7396, and by the keys that schemas name for the items of lists.

The second one does for server-side apply and for strategic patches of Kubernetes' own kinds.
https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .schema import Schema, Schemas


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


class Merge(NamedTuple):
    """A merge that knows the schemas; new values replace where those name no keys."""

    schemas: Schemas

    def merge(self, schema: Schema, old: Any, new: Any, last: Any = None) -> Any:
        """What is wanted now, over what is there, less what was wanted `last` and is not now.

        Nulls and `$patch: delete` remove as well.
        """
        whole = self.schemas.resolve(schema)
        if isinstance(new, dict):
            is_atomic = whole.get("x-kubernetes-map-type") == "atomic"
            old = old if isinstance(old, dict) and not is_atomic else {}
            return self._map(whole, old, new, last if isinstance(last, dict) else {})
        if isinstance(new, list) and schema.get("x-kubernetes-list-type") in {"map", "set"}:
            old = old if isinstance(old, list) else []
            return self._list(schema, old, new, last if isinstance(last, list) else [])
        return new

    def _map(
        self, schema: Schema, old: dict[str, Any], new: dict[str, Any], last: dict[str, Any]
    ) -> dict[str, Any]:
        made = {} if new.get("$patch") == "replace" else dict(old)
        for name in last.keys() & made.keys() - new.keys():
            rest = self.merge(
                _below(schema, name), made.pop(name), _nothing(last[name]), last[name]
            )
            if rest:
                made[name] = rest
        for name, value in new.items():
            if value is None:
                made.pop(name, None)
            elif not name.startswith("$"):
                inner = _below(schema, name)
                made[name] = self.merge(inner, made.get(name), value, last.get(name))
        kept = new.get("$retainKeys", made)
        return {name: value for name, value in made.items() if name in kept}

    def _list(self, schema: Schema, old: list[Any], new: list[Any], last: list[Any]) -> list[Any]:
        items = schema.get("items", {})
        fields = self.schemas.resolve(items).get("properties", {})
        keys = schema.get("x-kubernetes-list-map-keys", ())

        def name(item: Any) -> Any:
            if not keys:
                return item
            return tuple(item.get(key, fields.get(key, {}).get("default")) for key in keys)

        had, before, wanted = ({name(one): one for one in each} for each in (old, last, new))
        made = {key: one for key, one in had.items() if key in wanted or key not in before}
        for key, one in wanted.items():
            if isinstance(one, dict) and one.get("$patch") == "delete":
                made.pop(key, None)
            else:
                made[key] = self.merge(items, had.get(key), one, before.get(key))
        return [*made.values()]


def _nothing(value: Any) -> Any:
    return type(value)() if isinstance(value, dict | list) else None


def _below(schema: Schema, name: str) -> Schema:
    """The schema of a field."""
    found = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
    return found if isinstance(found, dict) else {}
