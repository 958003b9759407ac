"""One object or many, as they are stored or in the form that was asked for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from . import failure, strategies, tables
from .selectors import matcher
from .wire import listed, packed

if TYPE_CHECKING:
    from .call import Call
    from .store import Store
    from .wire import Object


def answer(call: Call, store: Store) -> bytes:
    """What a GET gives. Raises Failure."""
    if not call.kind.is_stored:
        raise failure.not_allowed()
    if not call.name:
        return _listing(call, store)
    body = store.get(call.kind.resource, call.namespace, call.name)
    if body is None:
        raise failure.not_found(call.kind, call.name)
    if call.subresource == "scale":
        return packed(strategies.scale(json.loads(body)))
    return shown(call, body)


def shown(call: Call, body: bytes) -> bytes:
    """One object in the form that was asked for."""
    if call.wants_table:
        obj = json.loads(body)
        version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        return packed(tables.table(call, [obj], version))
    return packed(tables.metadata_only(json.loads(body))) if call.wants_metadata else body + b"\n"


def shown_in_watch(call: Call, obj: Object, is_first: bool) -> Object:
    """The same inside an event; only the first one names the columns."""
    if call.wants_table:
        version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        return tables.table(call, [obj], version, with_columns=is_first)
    return tables.metadata_only(obj) if call.wants_metadata else obj


def _listing(call: Call, store: Store) -> bytes:
    bodies, metadata = _page(call, store)
    if call.wants_table:
        return packed(tables.table(call, map(json.loads, bodies), metadata))
    if call.wants_metadata:
        head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
        items = [tables.metadata_only(json.loads(body)) for body in bodies]
        return packed({**head, "metadata": metadata, "items": items})
    return listed(call.kind, bodies, metadata)


def _page(call: Call, store: Store) -> tuple[list[bytes], dict[str, Any]]:
    """Goes on where the last page ended, in what is stored now.

    A watch from the version of the first page tells what has changed meanwhile.
    """
    version, *after = _token(call, store)
    test = matcher(call.kind, call.query)
    limit = int(call.query.get("limit") or 0)
    bodies: list[bytes] = []
    metadata: dict[str, Any] = {"resourceVersion": str(version)}
    found = store.bodies(call.kind.resource, call.namespace, after=(after[0], after[1]))
    for body in found:
        if test is not None and not test(json.loads(body)):
            continue
        if limit and len(bodies) == limit:
            last = json.loads(bodies[-1])["metadata"]
            mark = packed([version, last.get("namespace", ""), last["name"]])
            metadata["continue"] = base64.urlsafe_b64encode(mark).decode()
            if test is None:
                metadata["remainingItemCount"] = 1 + sum(1 for _ in found)
            break
        bodies.append(body)
    return bodies, metadata


def _token(call: Call, store: Store) -> tuple[int, str, str]:
    token = call.query.get("continue")
    if not token:
        return store.version, "", ""
    try:
        version, namespace, name = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise failure.bad_request("continue key is not valid") from None
    if not store.is_known(version):
        raise failure.expired("The provided continue parameter is too old")
    return version, namespace, name
