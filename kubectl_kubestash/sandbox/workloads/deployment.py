"""Which ReplicaSets should a Deployment have, and which pods a ReplicaSet?

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/; maxSurge and maxUnavailable
are a quarter, whatever the manifest says, and there is no progress deadline.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from ...api.resources import DEPLOYMENT, POD
from ...kube.store import key_of
from . import cluster as seen
from .cluster import REPLICA_SET, is_active, is_ready, owner_reference, with_condition

if TYPE_CHECKING:
    from .cluster import Cluster, Object

_HASH, _REVISION = "pod-template-hash", "deployment.kubernetes.io/revision"


def reconcile(cluster: Cluster, deployment: Object) -> None:
    """One pass over a Deployment."""
    if deployment["metadata"].get("deletionTimestamp"):
        return
    sets = cluster.owned(REPLICA_SET, deployment)
    mark = seen.template_hash(deployment["spec"]["template"])
    newest = next((each for each in sets if each["metadata"]["labels"].get(_HASH) == mark), None)
    highest = max((_revision(each) for each in sets), default=0)
    if newest is None:
        if not deployment["spec"].get("paused"):
            cluster.client.create(REPLICA_SET, _replica_set(deployment, mark, highest + 1))
        return
    if _revision(newest) < highest:
        annotations = {_REVISION: str(highest + 1)}
        patch = {"metadata": {"annotations": annotations}}
        newest = cluster.client.patch(REPLICA_SET, key_of(newest), patch)
    pods = {each["metadata"]["uid"]: cluster.owned(POD, each) for each in sets}
    for each, count in _counts(deployment, newest, sets, pods):
        if each["spec"].get("replicas") != count:
            cluster.client.patch(REPLICA_SET, key_of(each), {"spec": {"replicas": count}})
    if (deployment["metadata"].get("annotations") or {}).get(_REVISION) != str(_revision(newest)):
        patch = {"metadata": {"annotations": {_REVISION: str(_revision(newest))}}}
        deployment = cluster.client.patch(DEPLOYMENT, key_of(deployment), patch)
    cluster.record(DEPLOYMENT, deployment, _status(deployment, newest, pods))


def _counts(
    deployment: Object, newest: Object, sets: list[Object], pods: dict[str, list[Object]]
) -> list[tuple[Object, int]]:
    """How many pods each ReplicaSet should have now."""
    spec = deployment["spec"]
    wanted = spec.get("replicas", 1)
    mine = pods[newest["metadata"]["uid"]]
    others = [
        each
        for each in sets
        if each is not newest and each["metadata"]["uid"] != newest["metadata"]["uid"]
    ]
    old = [
        pod
        for each in others
        for pod in pods[each["metadata"]["uid"]]
        if seen.phase(pod) not in seen.FINAL
    ]
    if (spec.get("strategy") or {}).get("type") == "Recreate":
        return [*((each, 0) for each in others), (newest, 0 if old else wanted)]
    kept = max(0, wanted - wanted // 4 - sum(map(is_ready, mine))) if old else 0
    found = []
    for each in others:
        alive = sum(map(is_ready, pods[each["metadata"]["uid"]]))
        found.append((each, min(kept, alive)))
        kept -= min(kept, alive)
    room = wanted + math.ceil(wanted / 4) - len([pod for pod in old if is_active(pod)])
    return [*found, (newest, max(0, min(wanted, room)))]


def _status(deployment: Object, newest: Object, pods: dict[str, list[Object]]) -> Object:
    wanted = deployment["spec"].get("replicas", 1)
    everything = [pod for each in pods.values() for pod in each if is_active(pod)]
    updated = sum(map(is_active, pods[newest["metadata"]["uid"]]))
    ready = sum(map(is_ready, everything))
    entries = list((deployment.get("status") or {}).get("conditions") or ())
    is_available = ready >= wanted - wanted // 4
    is_done = updated == ready == len(everything) == wanted
    name = newest["metadata"]["name"]
    state = "has successfully progressed" if is_done else "is progressing"
    entries = with_condition(
        entries,
        "Available",
        reason=f"MinimumReplicas{'Available' if is_available else 'Unavailable'}",
        message=f"Deployment {'has' if is_available else 'does not have'} minimum availability.",
        holds=is_available,
    )
    entries = with_condition(
        entries,
        "Progressing",
        reason="NewReplicaSetAvailable" if is_done else "ReplicaSetUpdated",
        message=f'ReplicaSet "{name}" {state}.',
    )
    return {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        "replicas": len(everything),
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, wanted - ready),
        "conditions": entries,
    }


def reconcile_replica_set(cluster: Cluster, replica_set: Object) -> None:
    """One pass over a ReplicaSet."""
    metadata, spec = replica_set["metadata"], replica_set["spec"]
    if metadata.get("deletionTimestamp"):
        return
    pods, wanted = cluster.owned(POD, replica_set), spec.get("replicas", 1)
    if sum(map(is_active, pods)) < wanted:
        pods = cluster.owned(POD, replica_set, live=True)
    active = sorted(filter(is_active, pods), key=is_ready)
    cluster.delete(POD, active[: max(0, len(active) - wanted)])
    if not has_failed_lately(pods):
        for _ in range(wanted - len(active)):
            name = f"{metadata['name'][:57]}-{seen.suffix()}"
            cluster.create_pod(replica_set, spec["template"], name)
    ready = sum(map(is_ready, pods))
    counts = dict.fromkeys(("replicas", "fullyLabeledReplicas"), len(active))
    counts |= dict.fromkeys(("readyReplicas", "availableReplicas"), ready)
    generation = {"observedGeneration": metadata.get("generation", 1)}
    cluster.record(REPLICA_SET, replica_set, counts | generation)


def has_failed_lately(pods: list[Object]) -> bool:
    """Whether to wait before the next pod, which may fail like those before: longer each time."""
    failed = [pod for pod in pods if seen.phase(pod) == "Failed"]
    last = max((str(pod["metadata"]["creationTimestamp"]) for pod in failed), default=None)
    since = seen.time_of(last)
    pause = timedelta(seconds=min(300, 5 * 2.0 ** len(failed)))
    return since is not None and seen.now() < since + pause


def _replica_set(deployment: Object, mark: str, revision: int) -> Object:
    metadata, spec = deployment["metadata"], deployment["spec"]
    template = dict(spec["template"])
    given = template.get("metadata") or {}
    labels = {**(given.get("labels") or {}), _HASH: mark}
    selector = spec["selector"]
    matched = {**(selector.get("matchLabels") or {}), _HASH: mark}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{mark}",
            "namespace": metadata["namespace"],
            "labels": labels,
            "annotations": {_REVISION: str(revision)},
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {**selector, "matchLabels": matched},
            "template": {**template, "metadata": {**given, "labels": labels}},
        },
    }


def _revision(replica_set: Object) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(_REVISION) or 0)
