"""What POST, PUT, PATCH and DELETE do.

https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonpatch

from . import failure, strategies
from .failure import Cause, Failure
from .merges import applied, merged, strategic
from .reads import shown
from .selectors import matcher
from .wire import listed, packed

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
        case "DELETE":
            return _delete_all(call, objects, store), 200
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
    if call.subresource == "scale":
        return _scale(call, objects, store, old), 200
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


def _scale(call: Call, objects: Objects, store: Store, old: tuple[Object, bytes]) -> bytes:
    scale = _changed(call, store, strategies.scale(old[0]))
    new = copy.deepcopy(old[0])
    new["spec"]["replicas"] = scale["spec"].get("replicas", 0)
    return packed(strategies.scale(json.loads(objects.update(call.kind, old, new))))


def _changed(call: Call, store: Store, obj: Object) -> Object:
    """The object as the body of the request wants it."""
    made: Object
    schema = dict(call.kind.schema or {})
    match call.content_type.partition(";")[0]:
        case _ if call.method == "PUT":
            made = call.object()
            if call.kind.is_custom and not (made.get("metadata") or {}).get("resourceVersion"):
                text = "Invalid value: 0: must be specified for an update"
                cause = Cause("FieldValueInvalid", text, "metadata.resourceVersion")
                raise failure.invalid(call.kind, call.name, [cause])
        case "application/merge-patch+json":
            made = merged(obj, call.object())
        case "application/strategic-merge-patch+json" if not call.kind.is_custom:
            made = strategic(call.schemas, schema, obj, call.object())
        case "application/apply-patch+yaml":
            last = store.applied(obj["metadata"]["uid"], _manager(call))
            made = applied(call.schemas, schema, obj, call.object(), json.loads(last or b"{}"))
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
    """Who applies. Raises Failure."""
    if not call.query.get("fieldManager"):
        field = "fieldManager: Required value: is required for apply patch"
        message = f'PatchOptions.meta.k8s.io "" is invalid: {field}'
        raise Failure(422, "Invalid", message, details={})
    return f"{call.query['fieldManager']}/{call.subresource}"


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


def _delete_all(call: Call, objects: Objects, store: Store) -> bytes:
    test, bodies = matcher(call.kind, call.query), []
    for body in [*store.bodies(call.kind.resource, call.namespace)]:
        obj = json.loads(body)
        if test is None or test(obj):
            bodies.append(objects.delete(call.kind, (obj, body), _options(call))[0])
    return listed(call.kind, bodies, {"resourceVersion": str(store.version)})


def _options(call: Call) -> dict[str, Any]:
    names = ("gracePeriodSeconds", "propagationPolicy", "orphanDependents")
    return {name: call.query[name] for name in names if name in call.query} | call.object()
