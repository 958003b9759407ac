"""A cluster in a dictionary, for tests of our own decisions. It knows no schemas and no watches."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.errors import AlreadyExists, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubectl_kubestash.api.resources import ObjectKey, Resource

Object = dict[str, Any]


class FakeClient:
    """The methods of `Client` that the runner uses."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Object] = {}
        self._versions = itertools.count(1)

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        return copy.deepcopy(self.objects.get((resource.kind, key.namespace, key.name)))

    def get(self, resource: Resource, key: ObjectKey) -> Object:
        if (found := self.find(resource, key)) is None:
            raise NotFound(f"{resource.kind} {key} not found", code=404)
        return found

    def list(self, resource: Resource, namespace: str = "", *, labels: str = "") -> list[Object]:
        wanted = [tuple(pair.split("=")) for pair in labels.split(",") if pair]
        found = [raw for (kind, _, _), raw in self.objects.items() if kind == resource.kind]
        found = [raw for raw in found if namespace in {"", raw["metadata"].get("namespace")}]
        return [
            raw
            for raw in copy.deepcopy(found)
            if all(raw["metadata"].get("labels", {}).get(name) == value for name, value in wanted)
        ]

    def create(self, resource: Resource, body: Mapping[str, Any]) -> Object:
        raw = copy.deepcopy(dict(body))
        place = (resource.kind, raw["metadata"].get("namespace", ""), raw["metadata"]["name"])
        if place in self.objects:
            raise AlreadyExists(f"{place} exists", code=409)
        number = next(self._versions)
        raw["metadata"] |= {
            "uid": raw["metadata"].get("uid") or f"uid-{number}",
            "resourceVersion": str(number),
        }
        self.objects[place] = raw
        return copy.deepcopy(raw)

    def patch(
        self,
        resource: Resource,
        key: ObjectKey,
        patch: Mapping[str, Any],
        *,
        subresource: str = "",
        resource_version: str = "",
    ) -> Object:
        assert subresource in {"", "status"}
        before = self.get(resource, key)
        if resource_version not in {"", before["metadata"]["resourceVersion"]}:
            raise Conflict("changed", code=409)
        after = merged(before, patch)
        after["metadata"]["resourceVersion"] = str(next(self._versions))
        self.objects[resource.kind, key.namespace, key.name] = after
        return copy.deepcopy(after)

    def delete(self, resource: Resource, key: ObjectKey, *, uid: str = "") -> None:
        if self.get(resource, key)["metadata"]["uid"] == (uid or None) or not uid:
            del self.objects[resource.kind, key.namespace, key.name]


def merged(before: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(before) if isinstance(before, dict) else {}
    for name, value in patch.items():
        result[name] = merged(result.get(name), value)
    return {name: value for name, value in result.items() if patch.get(name, value) is not None}
