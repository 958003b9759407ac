"""What goes because something else has gone, and what is there from the beginning.

https://kubernetes.io/docs/concepts/architecture/garbage-collection/. Nothing is remembered: each
pass looks at what is stored, so that one after a crash finds what the one before has left.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from .strategies import CRD_FINALIZER

if TYPE_CHECKING:
    from .kinds import Kind, Kinds
    from .objects import Objects
    from .store import Store

_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_OWNERLESS = (
    "uid IN (SELECT o.uid FROM owned o LEFT JOIN objects x ON x.uid = o.owner WHERE x.uid IS NULL)"
)


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
        if kind.resource == "namespaces":
            _empty(store, objects, kinds, (kind, body), "namespace = ?")
        elif kind.plural == "customresourcedefinitions":
            _empty(store, objects, kinds, (kind, body), "resource = ?")


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
    else:
        _delete(objects, kind, body)


def _empty(
    store: Store, objects: Objects, kinds: Kinds, holder: tuple[Kind, bytes], condition: str
) -> None:
    """Delete all that a namespace or a definition holds, and let it go when nothing is left."""
    kind, body = holder
    obj = json.loads(body)
    name = obj["metadata"]["name"]
    for inside, found in _found(store, kinds, condition, name):
        _delete(objects, inside, found)
    if store.select(condition, name):
        return
    new = copy.deepcopy(obj)
    place = new["spec"] if kind.resource == "namespaces" else new["metadata"]
    rest = [one for one in place.get("finalizers", ()) if one not in {"kubernetes", CRD_FINALIZER}]
    if rest != place.get("finalizers"):
        place["finalizers"] = rest
        objects.update(kind, (obj, body), new)


def _delete(objects: Objects, kind: Kind, body: bytes) -> None:
    obj = json.loads(body)
    if "deletionTimestamp" not in obj["metadata"]:
        objects.delete(kind, (obj, body), {})
