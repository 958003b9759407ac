"""All objects of a kind, kept up to date in memory by one thread.

List once, then watch from there; after a gap that cannot be bridged, list again and compare, so
that deletions in the gap are seen
(https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
"""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import TYPE_CHECKING

from ..errors import ClusterError, Gone
from .request import Selection
from .store import Store, key_of, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..api.resources import ObjectKey, Resource
    from .client import Client, Object, WatchStream
    from .watch import WatchEvent

_LOG = logging.getLogger(__name__)
_PAGE = 200
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_SHORT = 1.0
"""Seconds. A watch that ends sooner, and without an event, counts as a failure."""
_WATCH_FOR = (240, 480)
"""Seconds, at random: all watches of an operator should not end in the same moment."""
_PASSING = {0, 429, 500, 502, 503}
"""Codes that leave the place of a watch valid; 0 is no answer."""


class Informer:
    """Keeps the objects of a kind at hand.

    `on_change` is called with ADDED, MODIFIED or DELETED and the object (for DELETED its last
    state) on the informer's thread, after the cache has changed; `on_update` with the old and the
    new object, where None stands for one that is not there. Both must be quick and not raise.
    Objects are shared: who wants to change one copies it. `transform` may drop what nobody needs
    before an object is kept; metadata.managedFields is dropped in any case. `longest_pause` is how
    many seconds, more or less, it waits at most before it tries a silent server again.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        client: Client,
        resource: Resource,
        *,
        namespace: str = "",
        labels: str = "",
        fields: str = "",
        indexes: Mapping[str, Callable[[Object], Iterable[str]]] | None = None,
        on_change: Callable[[str, Object], None] | None = None,
        on_update: Callable[[Object | None, Object | None], None] | None = None,
        transform: Callable[[Object], Object] | None = None,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        self.resource = resource
        self.synced = threading.Event()
        """Set when the first list is complete and all of it has been reported."""
        self.last_activity = time.monotonic()
        """When the server was last heard of (bookmarks count) or tried, by time.monotonic().

        A thread older than some minutes is deaf; `last_error` tells a deaf one from a server that
        is away, which a restart would not bring back.
        """
        self.last_error: ClusterError | None = None
        """Why there is no watch now; None while there is one."""
        self._client = client
        self._selection = Selection(namespace, labels, fields)
        self._store = Store(indexes or {})
        self._on_change = on_change
        self._on_update = on_update
        self._transform = transform
        self._longest_pause = longest_pause
        self._version = ""
        self._failures = 0
        self._stopping = threading.Event()
        self._stream: WatchStream | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"informer {resource.plural}", daemon=True
        )

    def start(self) -> None:
        """Begin; returns at once. Wait for `synced` before taking a decision."""
        self._thread.start()

    def stop(self, *, timeout: float = 2.0) -> None:
        """End the watch and wait for the thread, at most that many seconds."""
        self._stopping.set()
        if stream := self._stream:
            stream.stop()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def get(self, key: ObjectKey) -> Object | None:
        """One object as last heard of, or None."""
        return self._store.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._store

    def items(self) -> list[Object]:
        """All objects as last heard of."""
        return self._store.items()

    def each(self) -> Iterator[Object]:
        """All objects as last heard of, one at a time."""
        return self._store.each()

    def each_by_index(self, name: str, value: str) -> Iterator[Object]:
        """As `by_index`, but one at a time."""
        return self._store.each_by_index(name, value)

    def by_index(self, name: str, value: str) -> list[Object]:
        """The objects for which the index function gives that value, in the order of their keys."""
        return self._store.by_index(name, value)

    def keys_by_index(self, name: str, value: str) -> list[ObjectKey]:
        """The keys of what `by_index` gives."""
        return self._store.keys_by_index(name, value)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._version:
                    self._list()
                self._watch()
            except Gone:
                _LOG.info("%s: the watch is too old, listing again", self.resource.plural)
                self._version = ""
                self._back_off()
            except ClusterError as error:
                self._note(error)
                self._back_off()

    def _note(self, error: ClusterError) -> None:
        if error.code not in _PASSING:
            self._version = ""
        # One line for each new trouble, not for each try.
        if str(error) != str(self.last_error):
            _LOG.warning("%s: %s", self.resource.plural, error)
        self.last_error = error

    def _back_off(self) -> None:
        self._failures += 1
        self.last_activity = time.monotonic()
        pause = min(self._longest_pause, _FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        self._stopping.wait(pause * random.uniform(0.5, 1.5))

    def _list(self) -> None:
        try:
            self._version = self._list_in_pages(_PAGE)
        except Gone:
            # The rest would be of another moment than what has come, and changes between be lost.
            self._version = self._list_in_pages(0)
        self.synced.set()

    def _list_in_pages(self, limit: int) -> str:
        """Take over all objects as of one resourceVersion, which is returned. Raises Gone."""
        present: set[ObjectKey] = set()
        version = ""
        for page in self._client.pages_of_one_version(self.resource, self._selection, limit=limit):
            self.last_activity = time.monotonic()
            present.update(map(key_of, page.items))
            # A page is let go of while it is taken over: decoded, it is ten times its JSON.
            page.items.reverse()
            while page.items:
                self._put(page.items.pop())
            version = page.resource_version
        for key in self._store.keys() - present:
            self._remove(key)
        return version

    def _watch(self) -> None:
        began, version = time.monotonic(), self._version
        stream = self._client.open_watch(
            self.resource,
            self._selection,
            resource_version=version,
            timeout_seconds=random.randint(*_WATCH_FOR),
        )
        self._stream = stream
        # stop() may have come before there was a stream to stop.
        if self._stopping.is_set():
            stream.stop()
        self.last_error = None
        self.last_activity = time.monotonic()
        for event in stream:
            self._failures = 0
            self._take(event)
        if time.monotonic() - began >= _SHORT:
            self._failures = 0
        elif version == self._version:
            self._back_off()

    def _take(self, event: WatchEvent) -> None:
        self.last_activity = time.monotonic()
        self._version = version_of(event.object)
        if event.type == "DELETED":
            self._remove(key_of(event.object), self._slim(event.object))
        elif event.type != "BOOKMARK":
            self._put(event.object)

    def _slim(self, item: Object) -> Object:
        item["metadata"].pop("managedFields", None)
        return self._transform(item) if self._transform else item

    def _put(self, item: Object) -> None:
        item = self._slim(item)
        old = self._store.put(item)
        if old is None or version_of(old) != version_of(item):
            self._tell("MODIFIED" if old else "ADDED", old, item)

    def _remove(self, key: ObjectKey, last: Object | None = None) -> None:
        old = self._store.remove(key)
        if old is not None:
            self._tell("DELETED", old if last is None else last, None)

    def _tell(self, kind: str, old: Object | None, new: Object | None) -> None:
        if self._on_change:
            subject = new if new is not None else old
            assert subject is not None
            self._on_change(kind, subject)
        if self._on_update:
            self._on_update(old, new)
