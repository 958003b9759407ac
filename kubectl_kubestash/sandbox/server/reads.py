"""What is asked and changes nothing: objects in the form that was asked for, and reviews.

A review is asked by POST; everybody may do everything here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import failure, tables
from .selectors import matcher
from .strategies import moment_in
from .wire import listed, packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .call import Call
    from .store import Store
    from .wire import Object

_AUDIENCE = "https://kubernetes.default.svc"
_ALL: dict[str, Any] = {
    "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    "incomplete": False,
}


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
    if call.wants_table:
        obj = json.loads(body)
        version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        return packed(tables.table(call, [obj], version))
    return packed(tables.metadata_only(json.loads(body))) if call.wants_metadata else body + b"\n"


def _listing(call: Call, store: Store) -> bytes:
    """All of it at once: a limit is a client's wish, and a server may ignore it."""
    test, metadata = matcher(call.query), {"resourceVersion": str(store.version)}
    bodies: Iterable[bytes] = store.bodies(call.kind.resource, call.namespace)
    if test is not None:
        bodies = (body for body in bodies if test(json.loads(body)))
    if call.wants_table:
        return packed(tables.table(call, map(json.loads, bodies), metadata))
    return listed(call.kind, bodies, metadata)


def review(call: Call, token: str) -> Object:
    """The review with its status."""
    body = call.object()
    if call.subresource == "token":
        return _token(call, body, token)
    status = _ALL if call.kind.kind == "SelfSubjectRulesReview" else {"allowed": True}
    head = {"kind": call.kind.kind, "apiVersion": call.kind.api_version, "metadata": {}}
    return head | body | {"status": status}


def _token(call: Call, body: Object, token: str) -> Object:
    """A token of a ServiceAccount: there is one for all, and it does not expire."""
    spec: Object = {"audiences": [_AUDIENCE], "expirationSeconds": 3600, "boundObjectRef": None}
    spec |= body.get("spec", {})
    return {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        **body,
        "metadata": {"name": call.name, "namespace": call.namespace},
        "spec": spec,
        "status": {
            "token": token,
            "expirationTimestamp": moment_in(spec["expirationSeconds"]),
        },
    }
