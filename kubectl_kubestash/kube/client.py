"""Raw JSON in and out of one API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..api.resources import POD
from ..errors import ClusterError, NotFound
from . import listing
from . import request as plan
from .listing import Page
from .request import Selection
from .transport import Transport
from .watch import Lines, WatchEvent, WatchStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..api.resources import ObjectKey, Resource
    from .config import Login
    from .request import Request
    from .transport import Trace

__all__ = ["Client", "Object", "Page", "WatchEvent", "WatchStream"]

Object = dict[str, Any]
"""One Kubernetes object as the API server sent it."""


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
        awaits_rights: bool = False,
    ) -> None:
        self._transport = Transport(login, trace=trace, warn=warn, awaits_rights=awaits_rights)
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
        limit: int = listing.PAGE_SIZE,
    ) -> Iterator[Page]:
        """All objects, page by page. An empty namespace means all of them.

        When the list grows too old to be continued, the rest comes as one page of a newer list,
        without the objects that have been on a page already.
        """
        selection = Selection(namespace, labels, fields)
        return listing.pages(self._object, resource, selection, limit=limit)

    def pages_of_one_version(
        self, resource: Resource, selection: Selection, *, limit: int
    ) -> Iterator[Page]:
        """All objects as of one resourceVersion, page by page.

        Raises Gone when the list grows too old to be continued; a limit of 0 gives one page.
        """
        return listing.pages_of_one_version(self._object, resource, selection, limit=limit)

    def list(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """All objects, with apiVersion and kind set on each."""
        return self.snapshot(resource, namespace, labels=labels, fields=fields).items

    def snapshot(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> Page:
        """All objects as of one resourceVersion, from which a watch can go on."""
        return listing.snapshot(self._object, resource, Selection(namespace, labels, fields))

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
        return self._object(request) if name else listing.table(self._object, request)

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
        return WatchStream(self._transport, request, silence=self.watch_silence)

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
