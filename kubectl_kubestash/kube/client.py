"""Raw JSON in and out of one API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..api.resources import POD, ObjectKey
from ..errors import ClusterError, Gone, NotFound
from . import request as plan
from .request import Selection
from .transport import Transport
from .watch import Lines, WatchEvent, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..api.resources import Resource
    from .config import Login
    from .request import Request
    from .transport import Trace

__all__ = ["Client", "Object", "Page", "WatchEvent", "WatchStream"]

Object = dict[str, Any]
"""One Kubernetes object as the API server sent it."""

PAGE_SIZE = 500


class Page(NamedTuple):
    """One page of a list."""

    items: list[Object]
    resource_version: str


class WatchStream:
    """A watch that another thread can stop."""

    def __init__(self, lines: Lines, request: Request) -> None:
        self._lines = lines
        self._request = request

    def __iter__(self) -> Iterator[WatchEvent]:
        with self._lines:
            yield from events(self._lines, self._request)

    @property
    def is_whole(self) -> bool:
        """Whether the server has ended it properly, rather than the network."""
        return self._lines.is_whole

    def stop(self) -> None:
        """End it now; who iterates sees its end."""
        self._lines.stop()


class Client:
    """Access to one cluster. Safe to use from several threads: each request has its connection.

    All methods raise the errors of `ClusterError`: NotFound, AlreadyExists, Conflict, Invalid,
    Forbidden, Unauthorized, Gone, Unreachable. Bodies are JSON objects with apiVersion and kind.

    `trace` is called after each try with method, path with query, status (0 when there was no
    answer) and milliseconds, on the thread of the caller; `warn` with each warning of the server.
    """

    watch_silence = 90.0
    """Seconds without event or bookmark after which a watch ends: bookmarks come every minute."""

    def __init__(
        self,
        login: Login,
        *,
        field_manager: str = "kubectl-kubestash",
        trace: Trace | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self._transport = Transport(login, trace=trace, warn=warn)
        self._field_manager = field_manager

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def login(self) -> Login:
        """Where this client goes, and as whom."""
        return self._transport.login

    @property
    def transport(self) -> Transport:
        """What sends the requests; for protocols other than plain HTTP."""
        return self._transport

    def get(self, resource: Resource, key: ObjectKey) -> Object:
        """One object. Raises NotFound."""
        return self._object(plan.get(resource, key))

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it (or its kind) is not there."""
        try:
            return self.get(resource, key)
        except NotFound:
            return None

    def find_metadata(self, resource: Resource, key: ObjectKey) -> Object | None:
        """Only the metadata of one object: how to see that a Secret is there without reading it.

        apiVersion and kind are those of PartialObjectMetadata.
        """
        try:
            return self._object(plan.get(resource, key, accept=plan.METADATA))
        except NotFound:
            return None

    def pages(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        limit: int = PAGE_SIZE,
    ) -> Iterator[Page]:
        """All objects, page by page. An empty namespace means all of them.

        When the list grows too old to be continued, the rest comes as one page of a newer list,
        without the objects that have been on a page already.
        """
        selection = Selection(namespace, labels, fields)
        seen: set[ObjectKey] = set()
        try:
            for page in self._pages(resource, selection, limit=limit):
                seen |= {_key(item) for item in page.items}
                yield page
        except Gone:
            whole = next(self._pages(resource, selection, limit=0))
            items = [item for item in whole.items if _key(item) not in seen]
            yield Page(items, whole.resource_version)

    def list(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """All objects, with apiVersion and kind set on each."""
        return self.snapshot(resource, namespace, labels=labels, fields=fields).items

    def snapshot(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> Page:
        """All objects as of one resourceVersion, from which a watch can go on."""
        selection = Selection(namespace, labels, fields)
        items: list[Object] = []
        try:
            for page in self._pages(resource, selection, limit=PAGE_SIZE):
                items += page.items
        except Gone:
            return next(self._pages(resource, selection, limit=0))
        return Page(items, page.resource_version)

    def table(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        name: str = "",
        labels: str = "",
        fields: str = "",
        include_object: str = "None",
    ) -> Object:
        """The server's own meta.k8s.io/v1 Table; `include_object` is None, Metadata or Object."""
        selection = Selection(namespace, labels, fields)
        request = plan.table(resource, selection, name=name, include_object=include_object)
        if name:
            return self._object(request)
        try:
            return self._whole_table(request)
        except Gone:
            return self._object(request)

    def watch(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        resource_version: str,
        labels: str = "",
        fields: str = "",
        timeout_seconds: int = 300,
    ) -> Iterator[WatchEvent]:
        """Changes since that version until the server, the network or the time ends the stream.

        Raises Gone when the version is too old, Unreachable when the server cannot be reached to
        begin with. An end says nothing: watch again from the last resourceVersion seen.
        """
        selection = Selection(namespace, labels, fields)
        yield from self.open_watch(
            resource,
            selection,
            resource_version=resource_version,
            timeout_seconds=timeout_seconds,
        )

    def open_watch(
        self,
        resource: Resource,
        selection: Selection,
        *,
        resource_version: str,
        timeout_seconds: int = 300,
    ) -> WatchStream:
        """As `watch`, but connected at once, and another thread can stop it."""
        request = plan.watch(
            resource,
            selection,
            resource_version=resource_version,
            timeout_seconds=timeout_seconds,
        )
        return WatchStream(Lines(self._transport, request, silence=self.watch_silence), request)

    def create(
        self, resource: Resource, body: Mapping[str, Any], *, dry_run: bool = False
    ) -> Object:
        """A new object in the namespace that its metadata names."""
        manager = self._field_manager
        return self._object(plan.create(resource, body, field_manager=manager, dry_run=dry_run))

    def apply(
        self,
        resource: Resource,
        body: Mapping[str, Any],
        *,
        force: bool = True,
        dry_run: bool = False,
        subresource: str = "",
    ) -> Object:
        """Server-side apply: the object has these fields afterwards, others stay."""
        request = plan.apply(
            resource,
            body,
            field_manager=self._field_manager,
            force=force,
            dry_run=dry_run,
            subresource=subresource,
        )
        return self._object(request)

    def patch(
        self,
        resource: Resource,
        key: ObjectKey,
        patch: Mapping[str, Any],
        *,
        subresource: str = "",
        resource_version: str = "",
        dry_run: bool = False,
    ) -> Object:
        """A merge patch. With a resourceVersion it raises Conflict when the object has changed."""
        request = plan.patch(
            resource,
            key,
            patch,
            subresource=subresource,
            resource_version=resource_version,
            field_manager=self._field_manager,
            dry_run=dry_run,
        )
        return self._object(request)

    def delete(
        self,
        resource: Resource,
        key: ObjectKey,
        *,
        uid: str = "",
        propagation: str = "Background",
        dry_run: bool = False,
    ) -> None:
        """Ask for an object to be deleted; with a uid, only that one. Raises NotFound, Conflict."""
        self._transport.send(
            plan.delete(resource, key, uid=uid, propagation=propagation, dry_run=dry_run)
        )

    def logs(
        self,
        key: ObjectKey,
        *,
        container: str = "",
        follow: bool = False,
        tail: int | None = None,
        previous: bool = False,
        timestamps: bool = False,
    ) -> Iterator[bytes]:
        """The log of a Pod, line by line, line ends included.

        A log that is followed may be silent for ever; a dead connection ends it after a minute.
        """
        switches = {"follow": follow, "previous": previous, "timestamps": timestamps}
        query = {name: "true" for name, wanted in switches.items() if wanted}
        query |= {"container": container} if container else {}
        query |= {} if tail is None else {"tailLines": str(tail)}
        silence = None if follow else self.login.timeout
        with Lines(self._transport, plan.logs(POD, key, query), silence=silence) as lines:
            yield from lines

    def read(self, path: str) -> Any:
        """GET of any path, such as /version or /openapi/v3; JSON decoded."""
        return self._transport.send(plan.Request("GET", path)).json()

    def review(self, resource: Resource, body: Mapping[str, Any]) -> Object:
        """POST to a collection that stores nothing, such as selfsubjectaccessreviews."""
        return self._object(plan.review(resource, body))

    def close(self) -> None:
        """Close all idle connections. The client can be used again afterwards."""
        self._transport.close()

    def _object(self, request: Request) -> Object:
        decoded = self._transport.send(request).json()
        if not isinstance(decoded, dict):
            raise ClusterError(f"The server's answer to {request.path} is not an object.")
        return cast("Object", decoded)

    def _pages(self, resource: Resource, selection: Selection, *, limit: int) -> Iterator[Page]:
        token = ""
        while True:
            answer = self._object(plan.listing(resource, selection, limit=limit, token=token))
            metadata = answer.get("metadata") or {}
            kind = {"apiVersion": resource.api_version, "kind": resource.kind}
            items = [{**kind, **item} for item in answer.get("items") or ()]
            yield Page(items, str(metadata.get("resourceVersion") or ""))
            token = metadata.get("continue") or ""
            if not token:
                return

    def _whole_table(self, request: Request) -> Object:
        query = dict(request.query) | {"limit": str(PAGE_SIZE)}
        whole = answer = self._object(request._replace(query=query))
        while token := (answer.get("metadata") or {}).get("continue"):
            answer = self._object(request._replace(query=query | {"continue": token}))
            whole["rows"] += answer["rows"]
        (whole.get("metadata") or {}).pop("continue", None)
        return whole


def _key(item: Object) -> ObjectKey:
    metadata = item["metadata"]
    return ObjectKey(metadata.get("namespace", ""), metadata["name"])
