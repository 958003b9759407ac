"""Requests in, answers out: who asks, what for, and who knows the answer."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import documents, failure, garbage, reads, streams, writes
from .call import Call, locate
from .failure import Failure
from .kinds import DEFINITIONS, Kinds
from .objects import Objects
from .store import Store
from .watches import Watches
from .wire import packed

if TYPE_CHECKING:
    from pathlib import Path

    from .kinds import Kind
    from .pki import Keys
    from .wire import Object

_LOG = logging.getLogger(__name__)
_STREAMED = {"log", "exec"}
_OPEN = {"/healthz", "/livez", "/readyz"}


class Api:
    """Answers requests on one folder. All of it runs on the thread of the event loop."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.watches = Watches()
        self._folder, self._keys, self._kinds = folder, keys, Kinds()
        self._work = asyncio.Event()
        self._store = Store(folder / "state.db", self._changed)
        self._objects = Objects(self._store, self._kinds, authority=keys.authority)
        for body in self._store.bodies(DEFINITIONS):
            self._kinds.define(json.loads(body))
        with self._store.transaction():
            garbage.first_objects(self._objects, self._kinds)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    async def collect(self) -> None:
        """Remove what has lost its owner, its namespace or its kind; for as long as it runs."""
        while True:
            self._work.clear()
            self._store.is_unsettled = False
            try:
                with self._store.transaction():
                    garbage.collect(self._store, self._objects, self._kinds)
            except (Failure, sqlite3.Error) as error:
                _LOG.warning("what has lost its owner stays for now: %s", error)
            await self._work.wait()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        try:
            self._check(request)
            found = locate(request.path, self._kinds)
            if found is None:
                return self._document(request)
            raw = b"" if request.method == "GET" else await request.read()
            call = Call(*found, request, raw, self._kinds.schemas)
            if call.is_watch or call.subresource in _STREAMED:
                return await self._stream(call)
            return self._once(call)
        except Failure as no:
            return _json(packed(no.status) + b"\n", no.code)
        except sqlite3.Error as error:
            what = f"the sandbox cannot write {self._folder}: {error}"
            return _json(packed(Failure(500, "InternalError", what).status) + b"\n", 500)

    def _changed(self, resources: set[str]) -> None:
        self.watches.wake(resources)
        if self._store.is_unsettled:
            self._work.set()

    def _check(self, request: web.BaseRequest) -> None:
        is_open = request.path in _OPEN or request.path == "/version"
        if not is_open and request.headers.get("Authorization") != f"Bearer {self._keys.token}":
            raise Failure(401, "Unauthorized", "Unauthorized")

    def _document(self, request: web.BaseRequest) -> web.Response:
        if request.path in _OPEN:
            return web.Response(text="ok")
        document = documents.answer(request.path, self._kinds, self._published)
        if document is None:
            raise failure.no_such_path()
        return _json(packed(document) + b"\n")

    def _published(self, kind: Kind) -> dict[str, Any]:
        """The schema of a custom kind with its texts."""
        definitions = self._kinds.stored(DEFINITIONS)
        found = self._objects.get(definitions, "", kind.resource)[0]["spec"]["versions"]
        version = next(one for one in found if one["name"] == kind.version)
        schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
        return schema

    async def _stream(self, call: Call) -> web.StreamResponse:
        if call.is_watch:
            lines = self.watches.stream(call, self._store)
            return await streams.answer(call, lines, "application/json")
        pod = self._objects.get(call.kind, call.namespace, call.name)[0]
        if call.subresource == "exec":
            return await streams.execute(call, self._folder, pod)
        lines = streams.log(call, self._folder, lambda: self._find(call))
        return await streams.answer(call, lines, "text/plain")

    def _find(self, call: Call) -> Object | None:
        found = self._objects.find(call.kind, call.namespace, call.name)
        return found[0] if found else None

    def _once(self, call: Call) -> web.Response:
        if call.method == "GET":
            return _json(reads.answer(call, self._store))
        if call.method == "POST" and (not call.kind.is_stored or call.subresource == "token"):
            return _json(packed(reads.review(call, self._keys.token)), 201)
        with self._store.transaction(dry_run=call.query.get("dryRun") == "All"):
            body, code = writes.answer(call, self._objects, self._store)
        return _json(body, code)


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")
