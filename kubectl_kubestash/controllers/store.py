"""What do we know about the cluster right now?

The informers' caches, seen through what this process has itself written since: a reconciler must
never take its own last write back because the watch is a moment behind. A remembered write gives
way as soon as the watch delivers that version or a newer one, or after a while in any case.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import ValidationError

from ..api.meta import KubeResource
from ..errors import Unsupported
from ..kube.store import key_of

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Object
    from ..kube.informer import Informer

M = TypeVar("M", bound=KubeResource)

_KEPT_FOR = 30.0
_VIEWS = 150
"""So many models are kept: each takes as much memory as the object, and is soon made again."""


class _Written(NamedTuple):
    object: Object | None
    """None when it was deleted."""
    version: int
    until: float
    before: frozenset[int] = frozenset()
    """Versions that were written on the way to this one, and that the watch may still deliver."""


class Store:
    """Reads from the informers, corrected by our own writes. Safe between threads."""

    def __init__(
        self,
        informers: Mapping[Resource, Informer],
        indexes: Mapping[Resource, Mapping[str, Callable[[Object], tuple[str, ...]]]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._informers = informers
        self._indexes = indexes
        self._clock = clock
        self._lock = threading.Lock()
        self._written: dict[Resource, dict[ObjectKey, _Written]] = {}
        self._views: OrderedDict[tuple[Resource, ObjectKey], tuple[str, KubeResource]]
        self._views = OrderedDict()

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it is not there. Not to be changed by the caller."""
        seen = self._informers[resource].get(key)
        if key not in self._written.get(resource, ()):
            return seen
        written = self._newer(resource, key, seen)
        return seen if written is None else written.object

    def list(self, resource: Resource, namespace: str = "") -> builtins.list[Object]:
        """All objects of a kind, of one namespace or of all."""
        known = self.each(resource)
        if not namespace or not resource.namespaced:
            return list(known)
        return [entry for entry in known if entry["metadata"].get("namespace") == namespace]

    def each(self, resource: Resource) -> Iterator[Object]:
        """All objects of a kind, one at a time, for who looks at each of very many."""
        return self._corrected(resource, self._informers[resource].each(), lambda _: True)

    def each_by_index(self, resource: Resource, index: str, value: str) -> Iterator[Object]:
        """The objects that the index files under this value, one at a time."""
        values = self._indexes[resource][index]
        seen = self._informers[resource].each_by_index(index, value)
        return self._corrected(resource, seen, lambda entry: value in values(entry))

    def by_index(self, resource: Resource, index: str, value: str) -> builtins.list[Object]:
        """The objects that the index files under this value."""
        seen = self._informers[resource].by_index(index, value)
        if not self._written.get(resource):
            return seen
        values = self._indexes[resource][index]
        return list(self._corrected(resource, seen, lambda entry: value in values(entry)))

    def keys_by_index(self, resource: Resource, index: str, value: str) -> builtins.list[ObjectKey]:
        """The keys that the caches file under this value; our own last writes are not in them."""
        return self._informers[resource].keys_by_index(index, value)

    def view(self, kind: type[M], key: ObjectKey) -> M | None:
        """One object as a model, or None. Raises Unsupported when it does not parse."""
        raw = self.find(kind.resource, key)
        return None if raw is None else self._view_of(kind, key, raw)

    def views(self, kind: type[M], namespace: str = "") -> builtins.list[M]:
        """All objects of a kind as models; those that do not parse are left out."""
        return list(self._parsed(kind, self.list(kind.resource, namespace)))

    def views_by_index(self, kind: type[M], index: str, value: str) -> builtins.list[M]:
        """The objects under an index value as models; those that do not parse are left out."""
        return list(self._parsed(kind, self.by_index(kind.resource, index, value)))

    def parse(self, kind: type[M], raw: Object) -> M:
        """The model of a raw object. Raises Unsupported that names the object and the field."""
        return self._view_of(kind, key_of(raw), raw)

    def _view_of(self, kind: type[M], key: ObjectKey, raw: Object) -> M:
        slot = (kind.resource, key)
        version = str(raw["metadata"].get("resourceVersion", ""))
        known = self._views.get(slot)
        if known is not None and version and known[0] == version and isinstance(known[1], kind):
            with self._lock:
                if slot in self._views:  # Who is wanted often stays.
                    self._views.move_to_end(slot)
            return known[1]
        view = parse(kind, raw)
        with self._lock:
            self._views.pop(slot, None)
            self._views[slot] = (version, view)
            if len(self._views) > _VIEWS:
                self._views.popitem(last=False)
        return view

    def remember(self, resource: Resource, written: Object) -> None:
        """This is what the server answered to our write. Its managedFields are dropped."""
        written["metadata"].pop("managedFields", None)
        self._remember(resource, key_of(written), written, _version(written))

    def remember_deleted(self, resource: Resource, gone: Object) -> None:
        """The object is gone at once: it had no finalizer when we deleted it."""
        self._remember(resource, key_of(gone), None, _version(gone))

    def is_echo(self, resource: Resource, seen: Object) -> bool:
        """Whether this is what we have just written ourselves, so that it is no news."""
        written = self._written.get(resource, {}).get(key_of(seen))
        if written is None or written.object is None:
            return False
        version = _version(seen)
        return version == written.version or version in written.before

    def caught_up(self, resource: Resource, seen: Object) -> None:
        """The watch has delivered this object; also called for deleted ones."""
        key = key_of(seen)
        if key in self._written.get(resource, ()):
            with self._lock:
                written = self._written[resource].get(key)
                if written is not None and _version(seen) >= written.version:
                    del self._written[resource][key]
        if (resource, key) in self._views and key not in self._informers[resource]:
            with self._lock:
                self._views.pop((resource, key), None)

    def _parsed(self, kind: type[M], found: builtins.list[Object]) -> Iterator[M]:
        for raw in found:
            try:
                yield self.parse(kind, raw)
            except Unsupported:
                continue

    def _remember(
        self, resource: Resource, key: ObjectKey, written: Object | None, version: int
    ) -> None:
        informer = self._informers.get(resource)
        if informer is None:
            return
        seen = informer.get(key)
        if written is not None and seen is not None and _version(seen) >= version:
            return
        with self._lock:
            entries = self._written.setdefault(resource, {})
            if written is None and seen is None and key not in entries:
                return  # The watch was faster.
            known = entries.get(key)
            before = known.before | {known.version} if known is not None else frozenset[int]()
            entries[key] = _Written(written, version, self._clock() + _KEPT_FOR, before)

    def _newer(self, resource: Resource, key: ObjectKey, seen: Object | None) -> _Written | None:
        with self._lock:
            written = self._written.get(resource, {}).get(key)
            if written is None:
                return None
            if written.until < self._clock():
                del self._written[resource][key]
                return None
        if seen is not None and _version(seen) > written.version:
            return None
        return written

    def _corrected(
        self, resource: Resource, seen: Iterable[Object], wanted: Callable[[Object], bool]
    ) -> Iterator[Object]:
        """What was seen, with our own newer writes in its place."""
        with self._lock:
            written = dict(self._written.get(resource, {}))
        for entry in seen:
            known = written.pop(key_of(entry), None) if written else None
            newer = None if known is None else self._newer(resource, key_of(entry), entry)
            if newer is None:
                yield entry
            elif newer.object is not None and wanted(newer.object):
                yield newer.object
        for key, known in written.items():
            if known.object is None or not wanted(known.object):
                continue
            newer = self._newer(resource, key, self._informers[resource].get(key))
            if newer is not None and newer.object is not None and wanted(newer.object):
                yield newer.object


def parse(kind: type[M], raw: Object) -> M:
    """The model of a raw object. Raises Unsupported that names the object and the field."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Unsupported(
            f"{kind.resource.kind} {key_of(raw)} cannot be read: {field}: {first['msg']}."
        ) from None


def _version(raw: Object) -> int:
    # Resource versions of one kind can be compared as numbers:
    # https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
    text = str(raw["metadata"].get("resourceVersion", ""))
    return int(text) if text.isdecimal() else 0
