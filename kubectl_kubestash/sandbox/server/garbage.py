"""What goes because something else has gone, and what is there from the beginning.

https://kubernetes.io/docs/concepts/architecture/garbage-collection/. Nothing is remembered: each
pass looks at what is stored, so that one after a crash finds what the one before has left.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from .strategies import CRD_FINALIZER

if TYPE_CHECKING:
    from .kinds import Kind, Kinds
    from .objects import Objects
    from .store import Store
    from .wire import Object

_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_OWNERLESS = (
    "uid IN (SELECT o.uid FROM owned o LEFT JOIN objects x ON x.uid = o.owner WHERE x.uid IS NULL)"
)
_OF_OWNER = "uid IN (SELECT uid FROM owned WHERE owner = ?)"


def first_objects(objects: Objects, kinds: Kinds) -> None:
    """What every cluster has."""
    namespaces = kinds.stored("namespaces")
    for name in _NAMESPACES:
        if objects.find(namespaces, "", name) is None:
            objects.create(namespaces, "", {"metadata": {"name": name}})


def collect(store: Store, objects: Objects, kinds: Kinds) -> None:
    """One pass over all that may have to go; what it removes leads to another one."""
    for kind, body in _found(store, kinds, _OWNERLESS):
        _let_go(store, objects, kind, body)
    for kind, body in _found(store, kinds, "deleting"):
        obj = json.loads(body)
        finalizers = obj["metadata"].get("finalizers", ())
        if kind.resource == "namespaces":
            _empty(store, objects, kinds, (kind, obj, body))
        elif CRD_FINALIZER in finalizers and kind.plural == "customresourcedefinitions":
            _empty_kind(store, objects, kinds, (kind, obj, body))
        elif "orphan" in finalizers or "foregroundDeletion" in finalizers:
            _settle_dependents(store, objects, kinds, (kind, obj, body))


def _found(store: Store, kinds: Kinds, condition: str, *values: str) -> list[tuple[Kind, bytes]]:
    """Objects of kinds that are served; no definition is so forgotten while it has objects."""
    served = {kind.resource: kind for kind in kinds}
    found = store.select(condition, *values)
    return [(served[resource], body) for resource, body in found if resource in served]


def _let_go(store: Store, objects: Objects, kind: Kind, body: bytes) -> None:
    """Its owner is gone: delete it, or only part it from that owner when there is another."""
    obj = json.loads(body)
    owners = obj["metadata"]["ownerReferences"]
    alive = [one for one in owners if store.select("uid = ?", one["uid"])]
    if alive:
        kept = {**obj, "metadata": {**obj["metadata"], "ownerReferences": alive}}
        objects.update(kind, (obj, body), kept)
    elif "deletionTimestamp" not in obj["metadata"]:
        objects.delete(kind, (obj, body), {"propagationPolicy": "Background"})


def _settle_dependents(
    store: Store, objects: Objects, kinds: Kinds, owner: tuple[Kind, Object, bytes]
) -> None:
    kind, obj, body = owner
    uid, finalizers = obj["metadata"]["uid"], obj["metadata"]["finalizers"]
    waiting = False
    for other, dependent in _found(store, kinds, _OF_OWNER, uid):
        found = json.loads(dependent)
        if "orphan" in finalizers:
            owners = [o for o in found["metadata"]["ownerReferences"] if o["uid"] != uid]
            kept = {**found, "metadata": {**found["metadata"], "ownerReferences": owners}}
            objects.update(other, (found, dependent), kept)
            continue
        refs = [o for o in found["metadata"]["ownerReferences"] if o["uid"] == uid]
        waiting |= any(one.get("blockOwnerDeletion") for one in refs)
        if "deletionTimestamp" not in found["metadata"]:
            objects.delete(other, (found, dependent), {"propagationPolicy": "Foreground"})
    if not waiting or "orphan" in finalizers:
        rest = [one for one in finalizers if one not in {"orphan", "foregroundDeletion"}]
        _update_metadata(objects, kind, (obj, body), finalizers=rest)


def _empty(
    store: Store, objects: Objects, kinds: Kinds, namespace: tuple[Kind, Object, bytes]
) -> None:
    kind, obj, body = namespace
    for inside, found in _found(store, kinds, "namespace = ?", obj["metadata"]["name"]):
        _delete_once(objects, inside, found)
    if not store.select("namespace = ?", obj["metadata"]["name"]):
        new = copy.deepcopy(obj)
        new["spec"]["finalizers"] = []
        objects.update(kind, (obj, body), new)


def _empty_kind(
    store: Store, objects: Objects, kinds: Kinds, definition: tuple[Kind, Object, bytes]
) -> None:
    kind, obj, body = definition
    resource = obj["metadata"]["name"]
    for inside, found in _found(store, kinds, "resource = ?", resource):
        _delete_once(objects, inside, found)
    if not store.select("resource = ?", resource):
        rest = [one for one in obj["metadata"]["finalizers"] if one != CRD_FINALIZER]
        _update_metadata(objects, kind, (obj, body), finalizers=rest)


def _delete_once(objects: Objects, kind: Kind, body: bytes) -> None:
    obj = json.loads(body)
    if "deletionTimestamp" not in obj["metadata"]:
        objects.delete(kind, (obj, body), {"propagationPolicy": "Background"})


def _update_metadata(
    objects: Objects, kind: Kind, old: tuple[Object, bytes], **fields: Any
) -> None:
    obj = old[0]
    objects.update(kind, old, {**obj, "metadata": {**obj["metadata"], **fields}})
