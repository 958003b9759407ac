"""Which volume does a claim get? A folder of the sandbox, which goes when the claim goes.

There are no PersistentVolumes: `spec.volumeName` is the name of the folder.
https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from ...api.resources import PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS
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
    metadata, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{metadata['uid']}"
    place = cluster.folder / "volumes" / name
    if metadata.get("deletionTimestamp"):
        if _IN_USE in (metadata.get("finalizers") or ()) and not _is_used(cluster, claim):
            shutil.rmtree(place, ignore_errors=True)
            others = [each for each in metadata["finalizers"] if each != _IN_USE]
            patch = {"metadata": {"finalizers": others}}
            cluster.client.patch(PERSISTENT_VOLUME_CLAIM, key_of(claim), patch)
    elif seen.phase(claim) != "Bound" and spec.get("storageClassName", CLASS) == CLASS:
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o777)
        bound = {"spec": {"volumeName": name, "storageClassName": CLASS}}
        claim = cluster.client.patch(PERSISTENT_VOLUME_CLAIM, key_of(claim), bound)
        capacity = {"storage": spec["resources"]["requests"]["storage"]}
        status = {"phase": "Bound", "accessModes": spec["accessModes"], "capacity": capacity}
        cluster.record(PERSISTENT_VOLUME_CLAIM, claim, status)


def _is_used(cluster: Cluster, claim: Object) -> bool:
    name = claim["metadata"]["name"]
    return any(
        (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
        for pod in cluster.items(POD)
        if pod["metadata"]["namespace"] == claim["metadata"]["namespace"]
        and seen.phase(pod) not in seen.FINAL
        for volume in pod["spec"].get("volumes") or ()
    )
