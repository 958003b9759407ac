"""What is asked and changes nothing: objects in the form that was asked for, and reviews.

A review is asked by POST; everybody may do everything here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..moment import in_seconds
from . import failure, tables
from .selectors import matcher
from .wire import listed, packed

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    return shown(call, body)


def shown(call: Call, body: bytes) -> bytes:
    """One object in the form that was asked for."""
    if "as=Table" in call.accept:
        obj = json.loads(body)
        version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        return packed(tables.table(call, [obj], version))
    if "as=PartialObjectMetadata" in call.accept:
        return packed(tables.metadata_only(json.loads(body)))
    return body + b"\n"


def _listing(call: Call, store: Store) -> bytes:
    """All of it at once: a limit is a client's wish, and a server may ignore it."""
    test, metadata = matcher(call.query), {"resourceVersion": str(store.version)}
    bodies: Iterable[bytes] = store.bodies(call.kind.resource, call.namespace)
    if test is not None:
        bodies = (body for body in bodies if test(json.loads(body)))
    if "as=Table" in call.accept:
        return packed(tables.table(call, map(json.loads, bodies), metadata))
    return listed(call.kind, bodies, metadata)


def review(call: Call, token: str) -> Object:
    """A review with its status, or a token of a ServiceAccount: there is one token for all."""
    body = call.object()
    head = {"kind": call.kind.kind, "apiVersion": call.kind.api_version, "metadata": {}}
    status: Object = {"allowed": True}
    if call.subresource == "token":
        head = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1"}
        seconds = body.get("spec", {}).get("expirationSeconds", 3600)
        status = {"token": token, "expirationTimestamp": in_seconds(seconds)}
    return head | body | {"status": status}
