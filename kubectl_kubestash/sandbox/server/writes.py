"""What POST, PUT, PATCH and DELETE do.

https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonpatch

from . import failure, strategies
from .failure import Failure
from .merges import Merge, merged
from .reads import shown
from .wire import packed

if TYPE_CHECKING:
    from .call import Call
    from .objects import Objects
    from .store import Store
    from .wire import Object

_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
_UNKNOWN_FORMAT = (
    "the body of the request was in an unknown format - accepted media types include:"
    " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
)


def answer(call: Call, objects: Objects, store: Store) -> tuple[bytes, int]:
    """The body of the answer and its code, inside a transaction. Raises Failure."""
    match call.method:
        case "POST" if not call.name:
            new, kind = call.object(), call.kind
            return shown(call, objects.create(kind, call.namespace, new, strict=call.strict)), 201
        case "POST" if call.subresource == "binding":
            old = objects.get(call.kind, call.namespace, call.name)
            new = copy.deepcopy(old[0])
            new["spec"]["nodeName"] = call.object()["target"]["name"]
            objects.update(call.kind, old, new)
            return packed({**_SUCCESS, "code": 201}), 201
        case "PUT" | "PATCH" if call.name:
            return _change(call, objects, store)
        case "DELETE" if call.name:
            return _delete(call, objects), 200
    raise failure.not_allowed()


def _change(call: Call, objects: Objects, store: Store) -> tuple[bytes, int]:
    old = objects.find(call.kind, call.namespace, call.name)
    is_apply = "apply-patch" in call.content_type
    if old is None:
        if not is_apply or call.subresource:
            raise failure.not_found(call.kind, call.name)
        new = call.object()
        new.setdefault("metadata", {}).setdefault("name", call.name)
        body = objects.create(call.kind, call.namespace, copy.deepcopy(new), strict=call.strict)
        _remember(call, store, body, new)
        return shown(call, body), 201
    new = _changed(call, store, copy.deepcopy(old[0]))
    name = (new.get("metadata") or {}).get("name", call.name)
    if name != call.name:
        raise failure.bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({call.name})"
        )
    body = objects.update(call.kind, old, new, subresource=call.subresource, strict=call.strict)
    if is_apply:
        _remember(call, store, body, call.object())
    return shown(call, body), 200


def _changed(call: Call, store: Store, obj: Object) -> Object:
    """The object as the body of the request wants it."""
    made: Object
    schema, merge = call.kind.schema, Merge(call.schemas).merge
    match call.content_type.partition(";")[0]:
        case _ if call.method == "PUT":
            made = call.object()
        case "application/merge-patch+json":
            made = merged(obj, call.object())
        case "application/strategic-merge-patch+json" if not call.kind.is_custom:
            made = merge(schema, obj, call.object())
        case "application/apply-patch+yaml":
            last = store.applied(obj["metadata"]["uid"], _manager(call))
            made = merge(schema, obj, call.object(), json.loads(last or b"{}"))
        case "application/json-patch+json":
            made = _json_patched(obj, call.body())
        case _:
            raise Failure(415, "UnsupportedMediaType", _UNKNOWN_FORMAT)
    return made


def _json_patched(obj: Object, patch: Any) -> Object:
    try:
        made: Object = jsonpatch.apply_patch(obj, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException):
        message = "the server rejected our request due to an error in our request"
        raise Failure(422, "Invalid", message, details={}) from None
    return made


def _manager(call: Call) -> str:
    """Who applies."""
    return f"{call.query.get('fieldManager', '')}/{call.subresource}"


def _remember(call: Call, store: Store, body: bytes, applied_now: Object) -> None:
    uid = json.loads(body)["metadata"]["uid"]
    store.keep_applied(uid, _manager(call), packed(applied_now))


def _delete(call: Call, objects: Objects) -> bytes:
    old = objects.get(call.kind, call.namespace, call.name)
    body, gone = objects.delete(call.kind, old, _options(call))
    if not gone or call.kind.resource in strategies.RETURNED_WHEN_DELETED:
        return shown(call, body)
    details = failure.about(call.kind, call.name) | {"uid": old[0]["metadata"]["uid"]}
    return packed({**_SUCCESS, "details": details})


def _options(call: Call) -> dict[str, Any]:
    name = "gracePeriodSeconds"
    return ({name: call.query[name]} if name in call.query else {}) | call.object()
