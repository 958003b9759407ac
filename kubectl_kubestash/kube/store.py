"""What an informer knows: objects by key, and by whatever else they shall be found by."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Object = dict[str, Any]
    Index = Callable[[Object], Iterable[str]]


def key_of(item: Mapping[str, Any]) -> ObjectKey:
    """Namespace and name of a raw object."""
    metadata = item["metadata"]
    return ObjectKey(metadata.get("namespace") or "", metadata["name"])


def version_of(item: Mapping[str, Any]) -> str:
    """The resourceVersion of a raw object."""
    return str(item["metadata"].get("resourceVersion") or "")


class Store:
    """A thread-safe set of objects with secondary indexes. Objects in it are never changed."""

    def __init__(self, indexes: Mapping[str, Index]) -> None:
        self._lock = threading.Lock()
        self._makers = dict(indexes)
        self._items: dict[ObjectKey, Object] = {}
        self._found: dict[str, dict[str, set[ObjectKey]]] = {name: {} for name in indexes}

    def put(self, item: Object) -> Object | None:
        """Add or replace; the object that was there before."""
        key = key_of(item)
        with self._lock:
            old = self._forget(key)
            self._items[key] = item
            for name, value in self._values(item):
                self._found[name].setdefault(value, set()).add(key)
            return old

    def remove(self, key: ObjectKey) -> Object | None:
        """Take one out; the object that was there."""
        with self._lock:
            return self._forget(key)

    def get(self, key: ObjectKey) -> Object | None:
        """One object, or None."""
        with self._lock:
            return self._items.get(key)

    def keys(self) -> set[ObjectKey]:
        """All keys."""
        with self._lock:
            return set(self._items)

    def items(self) -> list[Object]:
        """All objects."""
        with self._lock:
            return list(self._items.values())

    def by_index(self, name: str, value: str) -> list[Object]:
        """The objects for which that index gives that value. KeyError for an unknown index."""
        with self._lock:
            return [self._items[key] for key in sorted(self._found[name].get(value, ()))]

    def _forget(self, key: ObjectKey) -> Object | None:
        old = self._items.pop(key, None)
        for name, value in self._values(old) if old else ():
            keys = self._found[name].get(value, set())
            keys.discard(key)
            if not keys:
                self._found[name].pop(value, None)
        return old

    def _values(self, item: Object) -> list[tuple[str, str]]:
        return [(name, value) for name, maker in self._makers.items() for value in set(maker(item))]
