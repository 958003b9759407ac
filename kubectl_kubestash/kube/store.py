"""What an informer knows: objects by key, and by whatever else they shall be found by."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey
from .packing import Packing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Object = dict[str, Any]
    Index = Callable[[Object], Iterable[str]]
    """What an object is filed under. It must not look at the status, which changes most often."""

_RECENT = 32
"""So many objects of a kind are kept as they are, beside being kept packed."""


def key_of(item: Mapping[str, Any]) -> ObjectKey:
    """Namespace and name of a raw object."""
    metadata = item["metadata"]
    return ObjectKey(metadata.get("namespace") or "", metadata["name"])


def version_of(item: Mapping[str, Any]) -> str:
    """The resourceVersion of a raw object."""
    return str(item["metadata"].get("resourceVersion") or "")


class Store:
    """A thread-safe set of objects with secondary indexes. Objects in it are never changed.

    Most objects of a large cluster are not looked at for hours. So they are kept packed, and those
    that were wanted last also as they are.
    """

    def __init__(self, indexes: Mapping[str, Index]) -> None:
        self._lock = threading.Lock()
        self._makers = dict(indexes)
        self._packing = Packing()
        self._packed: dict[ObjectKey, bytes] = {}
        self._recent: dict[ObjectKey, Object] = {}
        self._found: dict[str, _Filed] = {name: _Filed() for name in indexes}

    def put(self, item: Object) -> Object | None:
        """Add or replace; the object that was there before."""
        key = key_of(item)
        with self._lock:
            old = self._last(key)
            self._packed[key] = self._packing.pack(item)
            self._remember(key, item)
            if old is None or _without_status(old) != _without_status(item):
                self._file(key, [] if old is None else self._values(old), self._values(item))
            return old

    def remove(self, key: ObjectKey) -> Object | None:
        """Take one out; the object that was there."""
        with self._lock:
            old = self._last(key)
            if old is not None:
                del self._packed[key]
                self._file(key, self._values(old), [])
            return old

    def get(self, key: ObjectKey) -> Object | None:
        """One object, or None."""
        item = self._recent.get(key)
        if item is not None:
            return item
        with self._lock:
            return self._unpacked(key) if key in self._packed else None

    def __contains__(self, key: object) -> bool:
        return key in self._packed

    def keys(self) -> set[ObjectKey]:
        """All keys."""
        with self._lock:
            return set(self._packed)

    def items(self) -> list[Object]:
        """All objects."""
        return list(self.each())

    def each(self) -> Iterator[Object]:
        """All objects, one at a time: all of them as they are may be more than the memory holds."""
        for key in self.keys():
            item = self._peek(key)
            if item is not None:
                yield item

    def each_by_index(self, name: str, value: str) -> Iterator[Object]:
        """As `by_index`, but one at a time."""
        for key in self.keys_by_index(name, value):
            item = self._peek(key)
            if item is not None:
                yield item

    def by_index(self, name: str, value: str) -> list[Object]:
        """The objects for which that index gives that value. KeyError for an unknown index."""
        with self._lock:
            keys = self._found[name].keys(value)
            return [self._unpacked(key) for key in keys] if keys else []

    def keys_by_index(self, name: str, value: str) -> list[ObjectKey]:
        """The keys of what `by_index` gives."""
        with self._lock:
            return self._found[name].keys(value)

    def _peek(self, key: ObjectKey) -> Object | None:
        """One object that is not wanted again soon."""
        with self._lock:
            if key in self._recent:
                return self._recent[key]
            packed = self._packed.get(key)
        return None if packed is None else self._packing.unpack(packed)

    def _unpacked(self, key: ObjectKey) -> Object:
        item = self._recent.get(key)
        if item is None:
            item = self._packing.unpack(self._packed[key])
            self._remember(key, item)
        return item

    def _remember(self, key: ObjectKey, item: Object) -> None:
        self._recent[key] = item
        if len(self._recent) > _RECENT:
            self._recent.pop(next(iter(self._recent)))

    def _last(self, key: ObjectKey) -> Object | None:
        """What is known of an object that is about to be replaced or to go."""
        known = self._recent.pop(key, None)
        if known is None and (packed := self._packed.get(key)) is not None:
            known = self._packing.unpack(packed)
        return known

    def _file(
        self, key: ObjectKey, before: list[tuple[str, str]], after: list[tuple[str, str]]
    ) -> None:
        if before == after:
            return
        for name, value in before:
            self._found[name].discard(value, key)
        for name, value in after:
            self._found[name].add(value, key)

    def _values(self, item: Object) -> list[tuple[str, str]]:
        return [(name, value) for name, maker in self._makers.items() for value in set(maker(item))]


def _without_status(item: Object) -> Object:
    """What an index may look at."""
    metadata = {**item["metadata"], "resourceVersion": None, "generation": None}
    return {**item, "metadata": metadata, "status": None}


class _Filed:
    """Keys by the value of an index. Most have one key, and a set takes four times as much."""

    def __init__(self) -> None:
        self._keys: dict[str, ObjectKey | set[ObjectKey]] = {}

    def add(self, value: str, key: ObjectKey) -> None:
        known = self._keys.setdefault(value, key)
        if isinstance(known, set):
            known.add(key)
        elif known != key:
            self._keys[value] = {known, key}

    def discard(self, value: str, key: ObjectKey) -> None:
        known = self._keys.get(value)
        if isinstance(known, set):
            known.discard(key)
            if len(known) == 1:
                self._keys[value] = known.pop()
        elif known == key:
            del self._keys[value]

    def keys(self, value: str) -> list[ObjectKey]:
        known = self._keys.get(value)
        if known is None:
            return []
        return sorted(known) if isinstance(known, set) else [known]
