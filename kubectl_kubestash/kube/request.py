"""What do we send? All calls as values, so that whatever can be wrong is wrong in a pure function.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from ..api.resources import ObjectKey, Resource
from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_META = ";g=meta.k8s.io;v=v1"
TABLE = f"{JSON};as=Table{_META}"
METADATA = f"{JSON};as=PartialObjectMetadata{_META}"

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
"""Names that stand in a path as they are; nearly all do."""
_VERBS = {"GET": "get", "POST": "create", "PATCH": "patch", "PUT": "update", "DELETE": "delete"}


class Selection(NamedTuple):
    """Which objects of a kind. Empty means all."""

    namespace: str = ""
    labels: str = ""
    fields: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As query parameters, without those that are empty."""
        return _without_empty(labelSelector=self.labels, fieldSelector=self.fields)


class Request(NamedTuple):
    """One HTTP call."""

    method: str
    path: str
    query: Mapping[str, str | tuple[str, ...]] = {}
    """A tuple is sent as one parameter for each of its parts."""
    body: Mapping[str, Any] | None = None
    accept: str = JSON
    content_type: str = JSON
    resource: Resource | None = None
    key: ObjectKey = ObjectKey("", "")

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        return f"{self.path}?{_encoded(tuple(self.query.items()))}" if self.query else self.path

    @property
    def verb(self) -> str:
        """Kubernetes' word for it, as RBAC rules use it."""
        if self.method == "GET" and self.resource and not self.key.name:
            return "watch" if "watch" in self.query else "list"
        return _VERBS[self.method]

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice is the same as sending it once, whatever happened between."""
        return self.method == "GET"


def get(resource: Resource, key: ObjectKey, *, accept: str = JSON) -> Request:
    """One object."""
    return Request("GET", _path(resource, key), accept=accept, resource=resource, key=key)


def listing(
    resource: Resource, selection: Selection, *, limit: int = 0, token: str = "", accept: str = JSON
) -> Request:
    """A list, or one page of it; the token is the `continue` of the page before."""
    query = selection.query | _without_empty(limit=str(limit or ""), **{"continue": token})
    return _collection(resource, selection.namespace, query, accept=accept)


def table(resource: Resource, selection: Selection, *, name: str, include_object: str) -> Request:
    """The server's own table, of one object when a name is given."""
    query = selection.query | {"includeObject": include_object}
    if name:
        one = get(resource, ObjectKey(selection.namespace, name), accept=TABLE)
        return one._replace(query=query)
    return _collection(resource, selection.namespace, query, accept=TABLE)


def watch(
    resource: Resource, selection: Selection, *, resource_version: str, timeout_seconds: int
) -> Request:
    """Changes since that version, with bookmarks."""
    query = selection.query | {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": resource_version,
        "timeoutSeconds": str(timeout_seconds),
    }
    return _collection(resource, selection.namespace, query)


def create(
    resource: Resource, body: Mapping[str, Any], *, field_manager: str = "", dry_run: bool = False
) -> Request:
    """A new object, in the namespace that its metadata names."""
    namespace = str((body.get("metadata") or {}).get("namespace") or "")
    if resource.namespaced and not namespace:
        raise UsageError(f"A {resource.kind} to create must name its namespace.")
    query = _without_empty(fieldManager=field_manager, dryRun="All" if dry_run else "")
    planned = _collection(resource, namespace, query)
    return planned._replace(method="POST", body=body)


def review(resource: Resource, body: Mapping[str, Any]) -> Request:
    """A question that is asked by POST and stores nothing."""
    namespace = str((body.get("metadata") or {}).get("namespace") or "")
    return _collection(resource, namespace, {})._replace(method="POST", body=body)


def apply(
    resource: Resource,
    body: Mapping[str, Any],
    *,
    field_manager: str,
    force: bool = True,
    dry_run: bool = False,
    subresource: str = "",
) -> Request:
    """A server-side apply; the content type says YAML, and JSON is YAML."""
    metadata = body.get("metadata") or {}
    key = ObjectKey(str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))
    query = {"fieldManager": field_manager, "force": "true" if force else "false"}
    query |= _without_empty(dryRun="All" if dry_run else "")
    path = _path(resource, key, subresource)
    return Request("PATCH", path, query, body, JSON, APPLY_PATCH, resource, key)


def patch(
    resource: Resource,
    key: ObjectKey,
    patch: Mapping[str, Any],
    *,
    subresource: str = "",
    resource_version: str = "",
    field_manager: str = "",
    dry_run: bool = False,
) -> Request:
    """A merge patch; with a resourceVersion the server refuses it when the object has changed."""
    if resource_version:
        metadata = {**(patch.get("metadata") or {}), "resourceVersion": resource_version}
        patch = {**patch, "metadata": metadata}
    query = _without_empty(fieldManager=field_manager, dryRun="All" if dry_run else "")
    path = _path(resource, key, subresource)
    return Request("PATCH", path, query, patch, JSON, MERGE_PATCH, resource, key)


def delete(
    resource: Resource, key: ObjectKey, *, uid: str, propagation: str, dry_run: bool
) -> Request:
    """A deletion; with a uid, only of that very object."""
    options: dict[str, Any] = {"kind": "DeleteOptions", "apiVersion": "v1"}
    options["propagationPolicy"] = propagation
    if uid:
        options["preconditions"] = {"uid": uid}
    if dry_run:
        options["dryRun"] = ["All"]
    return Request("DELETE", _path(resource, key), {}, options, resource=resource, key=key)


def logs(resource: Resource, key: ObjectKey, query: Mapping[str, str]) -> Request:
    """The log of a Pod."""
    path = _path(resource, key, "log")
    return Request("GET", path, query, accept="*/*", resource=resource, key=key)


def execution(
    resource: Resource, key: ObjectKey, command: tuple[str, ...], *, container: str, stdin: bool
) -> Request:
    """A command in a container of a Pod, to be sent as the opening of a WebSocket."""
    query: dict[str, str | tuple[str, ...]] = {"command": command, "stdout": "true"}
    query |= {"stderr": "true"} | _without_empty(container=container)
    query |= {"stdin": "true"} if stdin else {}
    return Request("GET", _path(resource, key, "exec"), query, resource=resource, key=key)


def described(method: str, target: str) -> tuple[str, str]:
    """Verb and plural of a call, for counting: `("patch", "backupsessions/status")`.

    Paths that name no kind count under their first part.
    """
    path, _, query = target.partition("?")
    parts = path.strip("/").split("/")
    root = {"api": 2, "apis": 3}.get(parts[0], 0)
    rest = parts[root:] if root else []
    if len(rest) > 2 and rest[0] == "namespaces":
        rest = rest[2:]
    if not rest:
        return _VERBS.get(method, method.lower()), parts[0]
    plural = "/".join([rest[0], *rest[2:3]])
    if method == "GET" and len(rest) == 1:
        return ("watch" if "watch=1" in query else "list"), plural
    return _VERBS.get(method, method.lower()), plural


def _collection(
    resource: Resource, namespace: str, query: Mapping[str, str], *, accept: str = JSON
) -> Request:
    path = resource.path(_segment(namespace) if namespace else "")
    key = ObjectKey(namespace, "")
    return Request("GET", path, query, accept=accept, resource=resource, key=key)


def _path(resource: Resource, key: ObjectKey, subresource: str = "") -> str:
    """The path of one object. Without a name or namespace it would be that of all of them."""
    if resource.namespaced and not key.namespace:
        raise UsageError(f"{resource.kind} {key.name!r} must name its namespace.")
    if not key.name:
        raise UsageError(f"A {resource.kind} must have a name.")
    return resource.path(_segment(key.namespace), _segment(key.name), subresource)


def _segment(name: str) -> str:
    if name in {".", ".."} or "/" in name or "%" in name:
        raise UsageError(f"{name!r} cannot be the name of an object.")
    return name if _PLAIN.fullmatch(name) else quote(name, safe=":@")


@lru_cache(maxsize=64)
def _encoded(query: tuple[tuple[str, str | tuple[str, ...]], ...]) -> str:
    """Most requests have one of a few queries."""
    return urlencode(query, doseq=True)


def _without_empty(**parameters: str) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}
