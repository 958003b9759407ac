"""Raw JSON in and out of one API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..api.resources import ObjectKey, Resource
    from .config import Login

Object = dict[str, Any]
"""One Kubernetes object as the API server sent it."""


class WatchEvent(NamedTuple):
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED or BOOKMARK."""

    object: Object


class Page(NamedTuple):
    """One page of a list."""

    items: list[Object]
    resource_version: str


class Client:
    """Access to one cluster. Safe to use from several threads: each has its own connection.

    All methods raise the errors of `ClusterError`: NotFound, AlreadyExists, Conflict, Invalid,
    Forbidden, Unauthorized, Gone, Unreachable. Bodies are JSON objects with apiVersion and kind.
    """

    def __init__(self, login: Login, *, field_manager: str = "kubectl-kubestash") -> None:
        raise NotImplementedError

    @property
    def login(self) -> Login:
        """Where this client goes, and as whom."""
        raise NotImplementedError

    def get(self, resource: Resource, key: ObjectKey) -> Object:
        """One object. Raises NotFound."""
        raise NotImplementedError

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it (or its kind) is not there."""
        raise NotImplementedError

    def find_metadata(self, resource: Resource, key: ObjectKey) -> Object | None:
        """Only the metadata of one object: how to see that a Secret is there without reading it."""
        raise NotImplementedError

    def pages(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        limit: int = 500,
    ) -> Iterator[Page]:
        """All objects, page by page. An empty namespace means all of them."""
        raise NotImplementedError

    def list(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """All objects, with apiVersion and kind set on each."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        """Changes since that version until the server or the time ends the stream. Raises Gone."""
        raise NotImplementedError

    def create(
        self, resource: Resource, body: Mapping[str, Any], *, dry_run: bool = False
    ) -> Object:
        """A new object in the namespace that its metadata names."""
        raise NotImplementedError

    def apply(
        self,
        resource: Resource,
        body: Mapping[str, Any],
        *,
        force: bool = True,
        dry_run: bool = False,
    ) -> Object:
        """Server-side apply: the object has these fields afterwards, others stay."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        """The log of a Pod, line by line, line ends included."""
        raise NotImplementedError

    def read(self, path: str) -> Any:
        """GET of any path, such as /version or /openapi/v3; JSON decoded."""
        raise NotImplementedError

    def review(self, resource: Resource, body: Mapping[str, Any]) -> Object:
        """POST to a collection that stores nothing, such as selfsubjectaccessreviews."""
        raise NotImplementedError

    def close(self) -> None:
        """Close all connections."""
        raise NotImplementedError
