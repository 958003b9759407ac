"""Which volume does a claim get? A folder of the sandbox, or one that is there and fits.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...api.resources import (
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    STORAGE_CLASS,
    ObjectKey,
)
from ...errors import AlreadyExists
from ...kube.store import key_of
from . import cluster as seen

if TYPE_CHECKING:
    from .cluster import Cluster, Object

CLASS = "standard"
_IN_USE = "kubernetes.io/pvc-protection"


def make_storage_class(cluster: Cluster) -> None:
    """The class that claims get that name none."""
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    body = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": CLASS, "annotations": annotations},
        "provisioner": "kubestash.com/sandbox",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }
    with suppress(AlreadyExists):
        cluster.client.create(STORAGE_CLASS, body)


def reconcile(cluster: Cluster, claim: Object) -> None:
    """One pass over a PersistentVolumeClaim."""
    metadata = claim["metadata"]
    if metadata.get("deletionTimestamp"):
        if _IN_USE in (metadata.get("finalizers") or ()) and not _is_used(cluster, claim):
            others = [each for each in metadata["finalizers"] if each != _IN_USE]
            patch = {"metadata": {"finalizers": others}}
            cluster.client.patch(PERSISTENT_VOLUME_CLAIM, key_of(claim), patch)
    elif seen.phase(claim) != "Bound":
        _bind(cluster, claim)


def _bind(cluster: Cluster, claim: Object) -> None:
    metadata, spec = claim["metadata"], claim["spec"]
    wanted = spec.get("storageClassName", CLASS)
    volume = _existing(cluster, claim, wanted)
    if volume is None and (wanted != CLASS or spec.get("volumeName")):
        cluster.record(PERSISTENT_VOLUME_CLAIM, claim, {"phase": "Pending"})
        return
    if volume is None:
        with suppress(AlreadyExists):
            cluster.client.create(PERSISTENT_VOLUME, _volume(cluster, claim))
        volume = _volume(cluster, claim)
    name = volume["metadata"]["name"]
    reference = {"claimRef": _reference(claim)}
    cluster.client.patch(PERSISTENT_VOLUME, ObjectKey("", name), {"spec": reference})
    _say(cluster, name, "Bound")
    finalizers = sorted({*(metadata.get("finalizers") or ()), _IN_USE})
    patch = {
        "metadata": {"finalizers": finalizers},
        "spec": {"volumeName": name, "storageClassName": wanted},
    }
    claim = cluster.client.patch(PERSISTENT_VOLUME_CLAIM, key_of(claim), patch)
    status = {"phase": "Bound", "accessModes": spec["accessModes"]}
    cluster.record(
        PERSISTENT_VOLUME_CLAIM, claim, status | {"capacity": volume["spec"]["capacity"]}
    )


def _existing(cluster: Cluster, claim: Object, wanted: str) -> Object | None:
    """A volume that is kept for this claim, or free and fitting."""
    key, named = key_of(claim), claim["spec"].get("volumeName")
    for volume in cluster.items(PERSISTENT_VOLUME):
        spec = volume["spec"]
        held = spec.get("claimRef") or {}
        if held.get("uid", claim["metadata"]["uid"]) != claim["metadata"]["uid"]:
            continue
        if held and (held.get("namespace"), held.get("name")) != key:
            continue
        fits = set(claim["spec"]["accessModes"]) <= set(spec["accessModes"])
        fits = fits and spec.get("storageClassName", "") == wanted
        if (named == volume["metadata"]["name"]) if named else (fits and (held or wanted != CLASS)):
            return volume
    return None


def _volume(cluster: Cluster, claim: Object) -> Object:
    name = f"pvc-{claim['metadata']['uid']}"
    place = cluster.folder / "volumes" / name
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o777)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "claimRef": _reference(claim),
            "hostPath": {"path": str(place), "type": ""},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": CLASS,
        },
    }


def _reference(claim: Object) -> Object:
    metadata = claim["metadata"]
    named = {name: metadata[name] for name in ("namespace", "name", "uid")}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", **named}


def _is_used(cluster: Cluster, claim: Object) -> bool:
    name = claim["metadata"]["name"]
    return any(
        (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
        for pod in cluster.items(POD)
        if pod["metadata"]["namespace"] == claim["metadata"]["namespace"]
        and seen.phase(pod) not in seen.FINAL
        for volume in pod["spec"].get("volumes") or ()
    )


def reconcile_volume(cluster: Cluster, volume: Object) -> None:
    """One pass over a PersistentVolume: what nobody claims any more is given back."""
    spec, name = volume["spec"], volume["metadata"]["name"]
    held = spec.get("claimRef")
    if not held:
        _say(cluster, name, "Available", seen.phase(volume))
        return
    key = ObjectKey(held["namespace"], held["name"])
    resource = PERSISTENT_VOLUME_CLAIM
    if not held.get("uid") or cluster.get(resource, key) or cluster.client.find(resource, key):
        return
    _say(cluster, name, "Released", seen.phase(volume))
    if spec.get("persistentVolumeReclaimPolicy") == "Delete":
        place = Path((spec.get("hostPath") or {}).get("path") or "/")
        if place.parent == cluster.folder / "volumes":
            shutil.rmtree(place, ignore_errors=True)
        cluster.delete(PERSISTENT_VOLUME, [volume])


def _say(cluster: Cluster, name: str, phase: str, before: str = "") -> None:
    if phase != before:
        patch = {"status": {"phase": phase}}
        cluster.client.patch(PERSISTENT_VOLUME, ObjectKey("", name), patch, subresource="status")
