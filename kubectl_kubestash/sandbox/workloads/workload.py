"""Which pods should a Deployment, a StatefulSet or a DaemonSet have?

https://kubernetes.io/docs/concepts/workloads/controllers/. A new template ends all pods of the old
one before it starts any: they share the ports of this machine.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ...api.resources import DEPLOYMENT, PERSISTENT_VOLUME_CLAIM, POD
from ...errors import AlreadyExists
from ...kube.store import key_of
from ..moment import this_second
from . import cluster as seen
from .cluster import (
    DAEMON_SET,
    REPLICA_SET,
    STATEFUL_SET,
    failed_lately,
    is_active,
    is_ready,
    owner_reference,
    with_condition,
)

if TYPE_CHECKING:
    from .cluster import Cluster, Object

_HASH, _REVISION = "pod-template-hash", "controller-revision-hash"


def reconcile_deployment(cluster: Cluster, deployment: Object) -> None:
    """One pass over a Deployment: a ReplicaSet for each template, of which one has pods."""
    sets = cluster.owned(REPLICA_SET, deployment)
    mark = seen.template_hash(deployment["spec"]["template"])
    newest = next((each for each in sets if each["metadata"]["labels"].get(_HASH) == mark), None)
    if newest is None:
        cluster.client.create(REPLICA_SET, _replica_set(deployment, mark))
        return
    pods = [pod for each in sets for pod in _there(cluster.owned(POD, each))]
    mine = [pod for pod in pods if newest["metadata"]["uid"] in seen.owners(pod)]
    wanted = deployment["spec"].get("replicas", 1)
    for each in sets:
        count = wanted if each is newest and pods == mine else 0
        if each["spec"].get("replicas") != count:
            cluster.client.patch(REPLICA_SET, key_of(each), {"spec": {"replicas": count}})
    ready = sum(map(is_ready, mine))
    state = "Available" if ready >= wanted else "Unavailable"
    condition = with_condition(
        list((deployment.get("status") or {}).get("conditions") or ()),
        "Available",
        reason=f"MinimumReplicas{state}",
        message=f"{ready} of {wanted} pods are ready.",
        holds=ready >= wanted,
    )
    status = _counts(deployment, pods, mine) | {"updatedReplicas": len(mine)}
    cluster.record(DEPLOYMENT, deployment, status | {"conditions": condition})


def reconcile_replica_set(cluster: Cluster, item: Object) -> None:
    """One pass over a ReplicaSet."""
    pods = _settled(cluster, item, item["spec"].get("replicas", 1))
    cluster.record(REPLICA_SET, item, _counts(item, pods, pods))


def reconcile_daemon_set(cluster: Cluster, item: Object) -> None:
    """One pass over a DaemonSet: there is one node."""
    pods = _settled(cluster, item, 1)
    counts = _counts(item, pods, pods)
    ready = {"numberReady": counts["readyReplicas"], "numberAvailable": counts["readyReplicas"]}
    made = {"currentNumberScheduled": len(pods), "updatedNumberScheduled": len(pods)}
    seen_of = {"observedGeneration": counts["observedGeneration"], "numberMisscheduled": 0}
    cluster.record(DAEMON_SET, item, seen_of | ready | made | {"desiredNumberScheduled": 1})


def reconcile_stateful_set(cluster: Cluster, item: Object) -> None:
    """One pass over a StatefulSet: all pods come and go at once, whatever their order."""
    metadata, spec = item["metadata"], item["spec"]
    revision = f"{metadata['name']}-{seen.template_hash(spec['template'])}"
    pods = {pod["metadata"]["name"]: pod for pod in cluster.owned(POD, item)}
    names = [f"{metadata['name']}-{number}" for number in range(spec.get("replicas", 1))]
    current = [pods[name] for name in names if name in pods and _is_of(pods[name], revision)]
    over = [
        pod
        for pod in current
        if seen.phase(pod) in seen.FINAL and not failed_lately([pod], this_second())
    ]
    cluster.delete(POD, [*over, *(pod for pod in pods.values() if pod not in current)])
    for name in names:
        if name not in pods:
            with suppress(AlreadyExists):
                _create_numbered(cluster, item, name, revision)
    status = _counts(item, [*pods.values()], current) | {"updatedReplicas": len(current)}
    revisions = {"currentRevision": revision, "updateRevision": revision}
    cluster.record(STATEFUL_SET, item, status | revisions)


def _settled(cluster: Cluster, item: Object, wanted: int) -> list[Object]:
    """Its pods of this template, after one step towards as many as are wanted."""
    template, pods = item["spec"]["template"], cluster.owned(POD, item)
    revision = seen.template_hash(template)
    if len(_there(pods)) < wanted:
        pods = cluster.owned(POD, item, live=True)
    there = _there(pods)
    current = [pod for pod in there if is_active(pod) and _is_of(pod, revision)]
    surplus = sorted(current, key=is_ready)[: max(0, len(current) - wanted)]
    cluster.delete(POD, [*surplus, *(pod for pod in there if not _is_of(pod, revision))])
    for _ in range(0 if failed_lately(pods, this_second()) else wanted - len(there)):
        cluster.create_pod(item, template, **{_REVISION: revision})
    return current


def _there(pods: list[Object]) -> list[Object]:
    """Those that are not over, also if they are about to be."""
    return [pod for pod in pods if seen.phase(pod) not in seen.FINAL]


def _is_of(pod: Object, revision: str) -> bool:
    return bool(pod["metadata"]["labels"].get(_REVISION) == revision)


def _counts(item: Object, pods: list[Object], current: list[Object]) -> Object:
    ready = sum(map(is_ready, current))
    return {
        "observedGeneration": item["metadata"].get("generation", 1),
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }


def _create_numbered(cluster: Cluster, item: Object, name: str, revision: str) -> None:
    spec, namespace = item["spec"], item["metadata"]["namespace"]
    volumes = list(spec["template"]["spec"].get("volumes") or ())
    for template in spec.get("volumeClaimTemplates") or ():
        called = template["metadata"]["name"]
        claim = f"{called}-{name}"
        labels = (spec["selector"].get("matchLabels") or {}) | (
            template["metadata"].get("labels") or {}
        )
        body = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim, "namespace": namespace, "labels": labels},
            "spec": template["spec"],
        }
        with suppress(AlreadyExists):
            cluster.client.create(PERSISTENT_VOLUME_CLAIM, body)
        volumes = [each for each in volumes if each["name"] != called]
        volumes.append({"name": called, "persistentVolumeClaim": {"claimName": claim}})
    labels = {
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": name.rpartition("-")[2],
        _REVISION: revision,
    }
    more = {"hostname": name, "subdomain": spec.get("serviceName") or "", "volumes": volumes}
    cluster.create_pod(item, spec["template"], name, **labels, spec=more)


def _replica_set(deployment: Object, mark: str) -> Object:
    metadata, spec = deployment["metadata"], deployment["spec"]
    given = spec["template"].get("metadata") or {}
    labels = {**(given.get("labels") or {}), _HASH: mark}
    matched = {**(spec["selector"].get("matchLabels") or {}), _HASH: mark}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{mark}",
            "namespace": metadata["namespace"],
            "labels": labels,
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {**spec["selector"], "matchLabels": matched},
            "template": {**spec["template"], "metadata": {**given, "labels": labels}},
        },
    }
