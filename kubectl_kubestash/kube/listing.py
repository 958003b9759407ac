"""Read long lists in pages, and get through when a list grows too old to be continued.

https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import Gone
from . import request as plan
from .store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..api.resources import ObjectKey, Resource
    from .request import Request, Selection

    Object = dict[str, Any]
    Send = Callable[[Request], Object]

PAGE_SIZE = 500


class Page(NamedTuple):
    """One page of a list."""

    items: list[dict[str, Any]]
    resource_version: str


def pages(send: Send, resource: Resource, selection: Selection, *, limit: int) -> Iterator[Page]:
    """All objects; after a break the rest is one page of a newer list, without those seen."""
    seen: set[ObjectKey] = set()
    try:
        for page in pages_of_one_version(send, resource, selection, limit=limit):
            seen |= {key_of(item) for item in page.items}
            yield page
    except Gone:
        whole = next(pages_of_one_version(send, resource, selection, limit=0))
        items = [item for item in whole.items if key_of(item) not in seen]
        yield Page(items, whole.resource_version)


def snapshot(send: Send, resource: Resource, selection: Selection) -> Page:
    """All objects as of one resourceVersion."""
    items: list[Object] = []
    version = ""
    try:
        for page in pages_of_one_version(send, resource, selection, limit=PAGE_SIZE):
            items += page.items
            version = page.resource_version
    except Gone:
        return next(pages_of_one_version(send, resource, selection, limit=0))
    return Page(items, version)


def table(send: Send, request: Request) -> Object:
    """The rows of all pages as one table."""
    query = {**request.query, "limit": str(PAGE_SIZE)}
    try:
        whole = answer = send(request._replace(query=query))
        while token := (answer.get("metadata") or {}).get("continue"):
            answer = send(request._replace(query=query | {"continue": token}))
            whole["rows"] += answer["rows"]
    except Gone:
        return send(request)
    (whole.get("metadata") or {}).pop("continue", None)
    return whole


def pages_of_one_version(
    send: Send, resource: Resource, selection: Selection, *, limit: int
) -> Iterator[Page]:
    """All objects as of one resourceVersion; a limit of 0 gives one page. Raises Gone."""
    kind = {"apiVersion": resource.api_version, "kind": resource.kind}
    token = ""
    while True:
        answer = send(plan.listing(resource, selection, limit=limit, token=token))
        metadata = answer.get("metadata") or {}
        items = [{**kind, **item} for item in answer.pop("items", None) or ()]
        yield Page(items, str(metadata.get("resourceVersion") or ""))
        token = metadata.get("continue") or ""
        if not token:
            return
