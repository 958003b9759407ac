"""Requests in, answers out: who asks, what for, and who knows the answer."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import discovery, execution, failure, garbage, logs, openapi, reads, reviews, writes
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


class Api:
    """Answers requests on one folder. All of it runs on the thread of the event loop."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.watches = Watches()
        self._folder, self._keys, self._kinds = folder, keys, Kinds()
        self._work = asyncio.Event()
        self._store = Store(folder / "state.db", self._changed)
        self._warnings: list[str] = []
        self._objects = Objects(
            self._store, self._kinds, authority=keys.authority, warn=self._warnings.append
        )
        self._users: dict[str, str] = {}
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
            user = self._user(request)
            found = locate(request.path, self._kinds)
            if found is None:
                return self._document(request)
            raw = b"" if request.method == "GET" else await request.read()
            call = Call(*found, request, raw, user, self._kinds.schemas)
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

    def _user(self, request: web.BaseRequest) -> str:
        header = request.headers.get("Authorization", "")
        user = self._users.get(header)
        if user is None:
            user = self._users[header] = self._keys.user(header.removeprefix("Bearer "))
        if not user and request.path not in {"/healthz", "/livez", "/readyz", "/version"}:
            raise Failure(401, "Unauthorized", "Unauthorized")
        return request.headers.get("Impersonate-User", user)

    def _document(self, request: web.BaseRequest) -> web.Response:
        if request.path in {"/healthz", "/livez", "/readyz"}:
            return web.Response(text="ok")
        aggregated = "APIGroupDiscoveryList" in request.headers.get("Accept", "")
        document = discovery.answer(request.path, self._kinds, aggregated=aggregated)
        if document is None:
            document = openapi.answer(request.path, self._kinds, self._published)
        if document is None:
            raise failure.no_such_path()
        answer = _json(packed(document) + b"\n")
        if document.get("kind") == "APIGroupDiscoveryList":
            answer.headers["Content-Type"] = discovery.AGGREGATED
        return answer

    def _published(self, kind: Kind) -> dict[str, Any]:
        """The schema of a custom kind with its texts."""
        definitions = self._kinds.stored(DEFINITIONS)
        found = self._objects.get(definitions, "", kind.resource)[0]["spec"]["versions"]
        version = next(one for one in found if one["name"] == kind.version)
        schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
        return schema

    async def _stream(self, call: Call) -> web.StreamResponse:
        if call.is_watch:
            return await self._watch(call)
        pod = self._objects.get(call.kind, call.namespace, call.name)[0]
        if call.subresource == "exec":
            return await execution.serve(call.request, call, self._folder, pod)
        return await logs.serve(call, self._folder, lambda: self._find(call))

    def _find(self, call: Call) -> Object | None:
        found = self._objects.find(call.kind, call.namespace, call.name)
        return found[0] if found else None

    async def _watch(self, call: Call) -> web.StreamResponse:
        lines = self.watches.stream(call, self._store, reads.shown_in_watch)
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        with suppress(ConnectionError):  # whoever watched has gone
            await answer.prepare(call.request)
            async for line in lines:
                await answer.write(line)
            await answer.write_eof()
        return answer

    def _once(self, call: Call) -> web.Response:
        if call.method == "GET":
            return _json(reads.answer(call, self._store))
        if call.method == "POST" and (not call.kind.is_stored or call.subresource == "token"):
            return _json(packed(reviews.answer(call, self._keys)), 201)
        self._warnings.clear()
        with self._store.transaction(dry_run=call.query.get("dryRun") == "All"):
            body, code = writes.answer(call, self._objects, self._store)
        answer = _json(body, code)
        for text in self._warnings:
            answer.headers.add("Warning", f"299 - {json.dumps(text)}")
        return answer


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")
