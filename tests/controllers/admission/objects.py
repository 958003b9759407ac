"""Reviews, and the caches of a cluster that is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import NAMESPACE, Resource, ours_by_word
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.controllers.admission.caches import Caches

if TYPE_CHECKING:
    from kubectl_kubestash.controllers.store import Store
    from kubectl_kubestash.kube.client import Object


def cluster(*objects: Object) -> Store:
    """A store with our catalogue, the namespace `demo`, and these objects, as if listed."""
    nobody: Any = None
    caches = Caches(nobody)
    for each in (*documents(), {"kind": "Namespace", "metadata": {"name": "demo"}}, *objects):
        raw = json.loads(json.dumps(each))
        raw["metadata"].setdefault("resourceVersion", "1")
        caches._informers[_kind(raw)]._put(raw)
    return caches.store


def _kind(raw: Object) -> Resource:
    found = NAMESPACE if raw["kind"] == NAMESPACE.kind else ours_by_word(raw["kind"])
    assert found is not None
    return found


def thing(resource: Resource, name: str, *, home: str = "demo", **spec: Any) -> Object:
    metadata = {"name": name, "namespace": home}
    head = {"apiVersion": resource.api_version, "kind": resource.kind}
    return {**head, "metadata": metadata, "spec": spec}


def review(resource: Resource, new: Object, *, old: Object | None = None, **request: Any) -> bytes:
    """The body of a call about this object; with `old` it is a change."""
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    metadata = new["metadata"]
    whole = {
        "uid": "d595e125-489f-4d1c-877d-0a05984355c8",
        "kind": kind,
        "resource": {**kind, "resource": resource.plural},
        "namespace": metadata.get("namespace", ""),
        "name": metadata.get("name", ""),
        "operation": "UPDATE" if old else "CREATE",
        "object": new,
        "oldObject": old,
        "userInfo": {"username": "somebody"},
        **request,
    }
    head = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    return json.dumps({**head, "request": whole}).encode()
