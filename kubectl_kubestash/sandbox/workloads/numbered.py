"""Which pods should a StatefulSet or a DaemonSet have? Theirs have fixed places.

https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/; an update replaces one pod
at a time, from the last to the first, and a DaemonSet has one node.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ...api.resources import PERSISTENT_VOLUME_CLAIM, POD, ObjectKey
from ...errors import AlreadyExists
from . import cluster as seen
from .cluster import DAEMON_SET, STATEFUL_SET, is_active, is_ready
from .deployment import has_failed_lately

if TYPE_CHECKING:
    from .cluster import Cluster, Object

_REVISION = "controller-revision-hash"


def reconcile_stateful_set(cluster: Cluster, item: Object) -> None:
    """One pass over a StatefulSet."""
    metadata, spec = item["metadata"], item["spec"]
    if metadata.get("deletionTimestamp"):
        return
    revision = f"{metadata['name']}-{seen.template_hash(spec['template'])}"
    pods = {pod["metadata"]["name"]: pod for pod in cluster.owned(POD, item)}
    names = [f"{metadata['name']}-{number}" for number in range(spec.get("replicas", 1))]
    in_order = spec.get("podManagementPolicy") != "Parallel"
    for name in names:
        pod = pods.get(name)
        if pod is None:
            with suppress(AlreadyExists):
                _create(cluster, item, name, revision)
        elif seen.phase(pod) in seen.FINAL and not has_failed_lately([pod]):
            cluster.delete(POD, [pod])
        if in_order and not (pod and is_ready(pod)):
            break
    surplus = sorted((name for name in pods if name not in names), key=_number, reverse=True)
    cluster.delete(POD, [pods[name] for name in surplus[: 1 if in_order else None]])
    _update(cluster, item, [pods[name] for name in names if name in pods], revision)
    cluster.record(STATEFUL_SET, item, _status(item, list(pods.values()), revision))


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _create(cluster: Cluster, item: Object, name: str, revision: str) -> None:
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
        if cluster.get(PERSISTENT_VOLUME_CLAIM, ObjectKey(namespace, claim)) is None:
            with suppress(AlreadyExists):
                cluster.client.create(PERSISTENT_VOLUME_CLAIM, body)
        volumes = [each for each in volumes if each["name"] != called]
        volumes.append({"name": called, "persistentVolumeClaim": {"claimName": claim}})
    labels = {
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(_number(name)),
        _REVISION: revision,
    }
    more = {"hostname": name, "subdomain": spec.get("serviceName") or "", "volumes": volumes}
    cluster.create_pod(item, spec["template"], name, **labels, spec=more)


def _update(cluster: Cluster, item: Object, pods: list[Object], revision: str) -> None:
    """Replace the last pod of an older template, when all others are well or it is not itself."""
    if (item["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
        return
    old = [pod for pod in pods if pod["metadata"]["labels"].get(_REVISION) != revision]
    if old and all(is_ready(pod) for pod in pods if pod is not old[-1]):
        cluster.delete(POD, old[-1:])


def _status(item: Object, pods: list[Object], revision: str) -> Object:
    before = item.get("status") or {}
    updated = [pod for pod in pods if pod["metadata"]["labels"].get(_REVISION) == revision]
    ready = sum(map(is_ready, pods))
    wanted = item["spec"].get("replicas", 1)
    is_done = len(updated) == ready == len(pods) == wanted
    current = revision if is_done else before.get("currentRevision") or revision
    return {
        "observedGeneration": item["metadata"].get("generation", 1),
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "currentReplicas": sum(pod["metadata"]["labels"].get(_REVISION) == current for pod in pods),
        "updatedReplicas": len(updated),
        "currentRevision": current,
        "updateRevision": revision,
    }


def reconcile_daemon_set(cluster: Cluster, item: Object) -> None:
    """One pass over a DaemonSet."""
    metadata, spec = item["metadata"], item["spec"]
    if metadata.get("deletionTimestamp"):
        return
    revision = seen.template_hash(spec["template"])
    pods = cluster.owned(POD, item)
    if not pods:
        pods = cluster.owned(POD, item, live=True)
    over = [pod for pod in pods if seen.phase(pod) in seen.FINAL]
    old = [pod for pod in pods if pod["metadata"]["labels"].get(_REVISION) != revision]
    cluster.delete(POD, [] if has_failed_lately(over) else over)
    if (spec.get("updateStrategy") or {}).get("type") != "OnDelete":
        cluster.delete(POD, old)
    if not pods:
        name = f"{metadata['name'][:57]}-{seen.suffix()}"
        cluster.create_pod(item, spec["template"], name, **{_REVISION: revision})
    ready, current = sum(map(is_ready, pods)), sum(map(is_active, pods))
    cluster.record(
        DAEMON_SET,
        item,
        {
            "observedGeneration": metadata.get("generation", 1),
            "desiredNumberScheduled": 1,
            "currentNumberScheduled": current,
            "updatedNumberScheduled": sum(is_active(pod) for pod in pods if pod not in old),
            "numberReady": ready,
            "numberAvailable": ready,
            "numberUnavailable": 1 - min(1, ready),
            "numberMisscheduled": 0,
        },
    )
