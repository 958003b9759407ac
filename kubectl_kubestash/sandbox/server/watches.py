"""Changes as they come: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.

A watch reads what is new from the store whenever its kind has been written to, so that none can
miss a change or fill up memory, however slowly its client reads.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import failure
from .selectors import matcher
from .wire import packed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .call import Call
    from .selectors import Test
    from .store import Change, Store
    from .wire import Object

_BOOKMARK_EVERY = 45.0
_LONGEST = 1800


class Watches:
    """Who waits for changes of which kind."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._ended = False

    def wake(self, resources: set[str]) -> None:
        """Something was written."""
        for resource in resources:
            for event in self._waiting.get(resource, ()):
                event.set()

    def end(self) -> None:
        """Let all watches end: the server stops."""
        self._ended = True
        self.wake(set(self._waiting))

    def stream(self, call: Call, store: Store) -> AsyncIterator[bytes]:
        """Lines of JSON until the time is over or the server ends. Raises Failure, before any.

        They hold whole objects, also where a Table was asked for.
        """
        test = matcher(call.query)
        asked = call.query.get("resourceVersion") or "0"
        if not asked.isdecimal():
            raise failure.bad_request(f"invalid resource version: {asked}")
        return self._lines(call, store, int(asked), test)

    async def _lines(
        self, call: Call, store: Store, since: int, test: Test | None
    ) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        end = clock() + min(int(call.query.get("timeoutSeconds") or _LONGEST), _LONGEST)
        with self._event(call.kind.resource) as event:
            if since and not store.is_known(since):
                text = f"too old resource version: {since} ({store.version})"
                yield _line("ERROR", failure.expired(text).status)
                return
            if not since:
                since = store.version
                for obj in _there(call, store, test):
                    yield _line("ADDED", obj)
            while not self._ended:
                event.clear()
                changes = store.changes(call.kind.resource, since)
                for change in changes:
                    since = change.version
                    for type_, obj in _seen(change, call.namespace, test):
                        yield _line(type_, obj)
                if changes or await _wait(event, min(end - clock(), _BOOKMARK_EVERY)):
                    continue
                if clock() >= end:
                    return
                since = max(since, store.version)  # after a silence: all is known up to here
                if call.is_set("allowWatchBookmarks"):
                    yield _bookmark(call, since)

    @contextmanager
    def _event(self, resource: str) -> Iterator[asyncio.Event]:
        event, waiting = asyncio.Event(), self._waiting.setdefault(resource, set())
        waiting.add(event)
        try:
            yield event
        finally:
            waiting.discard(event)


def _there(call: Call, store: Store, test: Test | None) -> list[Object]:
    found = map(json.loads, store.bodies(call.kind.resource, call.namespace))
    return [obj for obj in found if test is None or test(obj)]


def _seen(change: Change, namespace: str, test: Test | None) -> Iterator[tuple[str, Object]]:
    """What a watch with this selection sees of a change."""
    if namespace and change.namespace != namespace:
        return
    obj: Object = json.loads(change.body)
    if test is None:
        yield change.type, obj
        return
    was = change.before is not None and test(json.loads(change.before))
    is_now = change.type != "DELETED" and test(obj)
    if is_now:
        yield ("MODIFIED" if was else "ADDED"), obj
    elif was:
        yield "DELETED", obj


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), max(seconds, 0))
    except TimeoutError:
        return False
    return True


def _bookmark(call: Call, version: int) -> bytes:
    kind = {"kind": call.kind.kind, "apiVersion": call.kind.api_version}
    return _line("BOOKMARK", {**kind, "metadata": {"resourceVersion": str(version)}})


def _line(type_: str, obj: Object) -> bytes:
    return packed({"type": type_, "object": obj}) + b"\n"
