"""Deployments, StatefulSets and DaemonSets of the sandbox have the pods that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import DEPLOYMENT, PERSISTENT_VOLUME_CLAIM, POD
from kubectl_kubestash.sandbox.workloads.cluster import DAEMON_SET, REPLICA_SET, STATEFUL_SET
from tests.sandbox.node.world import status
from tests.waiting import eventually

if TYPE_CHECKING:
    from kubectl_kubestash.api.resources import Resource
    from tests.sandbox.node.world import Namespace, Object

LABELS = {"app": "shop"}


def template(word: str = "one", **container: Any) -> Object:
    main = {
        "name": "main",
        "image": "any",
        "command": ["sh", "-c", f"echo {word}; sleep 1000"],
        **container,
    }
    spec = {"containers": [main], "terminationGracePeriodSeconds": 0}
    return {"metadata": {"labels": LABELS, "name": "nobody"}, "spec": spec}


def make(home: Namespace, resource: Resource, name: str, **spec: Any) -> None:
    whole = {"selector": {"matchLabels": LABELS}, "template": template(), **spec}
    home.create(resource, name, spec=whole)


def running(home: Namespace) -> list[str]:
    """The names of the pods that run, sorted."""
    pods = home.items(POD)
    found = (pod for pod in pods if not pod["metadata"].get("deletionTimestamp"))
    return sorted(pod["metadata"]["name"] for pod in found if status(pod).get("phase") == "Running")


def is_rolled_out(home: Namespace, name: str) -> bool:
    item = home.get(DEPLOYMENT, name)
    found, wanted = status(item), item["spec"]["replicas"]
    counts = {found.get(field, 0) for field in ("replicas", "updatedReplicas", "readyReplicas")}
    is_seen = found.get("observedGeneration") == item["metadata"]["generation"]
    return is_seen and counts == {wanted} and len(running(home)) == wanted


def test_a_deployment_keeps_its_pods_and_replaces_all_for_a_new_template(home: Namespace) -> None:
    make(home, DEPLOYMENT, "shop", replicas=2)
    eventually(lambda: is_rolled_out(home, "shop"))
    before = running(home)
    assert len(before) == 2
    (only,) = home.items(REPLICA_SET)
    assert all(name.startswith(f"{only['metadata']['name']}-") for name in before)
    home.client.delete(POD, home.key(before[0]))
    eventually(lambda: before[0] not in running(home) and is_rolled_out(home, "shop"))
    home.patch(DEPLOYMENT, "shop", {"spec": {"template": template("two")}})
    eventually(lambda: len(home.items(REPLICA_SET)) == 2 and is_rolled_out(home, "shop"))
    eventually(lambda: [home.lines(name) for name in running(home)] == [["two"], ["two"]])
    kinds = {
        each["type"]: each["status"] for each in status(home.get(DEPLOYMENT, "shop"))["conditions"]
    }
    assert kinds == {"Available": "True"}
    home.patch(DEPLOYMENT, "shop", {"spec": {"replicas": 0}})
    eventually(lambda: not home.items(POD))
    home.client.delete(DEPLOYMENT, home.key("shop"))
    eventually(lambda: not home.items(REPLICA_SET))


def test_a_stateful_set_has_numbered_pods_with_claims_of_their_own(home: Namespace) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    claims = [{"metadata": {"name": "data"}, "spec": spec}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    script = "hostname >> /data/owner; cat /data/owner; exec sleep 1000"
    pod = template(volumeMounts=mounts, command=["sh", "-c", script])
    more = {"volumeClaimTemplates": claims, "template": pod, "serviceName": "db"}
    make(home, STATEFUL_SET, "db", replicas=2, **more)
    eventually(lambda: status(home.get(STATEFUL_SET, "db")).get("readyReplicas") == 2)
    assert running(home) == ["db-0", "db-1"]
    names = {each["metadata"]["name"] for each in home.items(PERSISTENT_VOLUME_CLAIM)}
    assert names == {"data-db-0", "data-db-1"}
    eventually(lambda: home.lines("db-1") == ["db-1"])
    home.client.delete(POD, home.key("db-1"))
    eventually(lambda: "db-1" in running(home) and home.lines("db-1") == ["db-1", "db-1"])
    home.patch(STATEFUL_SET, "db", {"spec": {"replicas": 1}})
    eventually(lambda: running(home) == ["db-0"])
    assert len(home.items(PERSISTENT_VOLUME_CLAIM)) == 2
    pod["metadata"]["annotations"] = {"changed": "yes"}
    home.patch(STATEFUL_SET, "db", {"spec": {"template": pod}})
    eventually(lambda: _is_updated(home.get(STATEFUL_SET, "db")))
    assert home.get(POD, "db-0")["metadata"]["annotations"]["changed"] == "yes"


def _is_updated(item: Object) -> bool:
    found = status(item)
    is_seen = found.get("observedGeneration") == item["metadata"]["generation"]
    is_one = found.get("currentRevision") == found.get("updateRevision")
    return is_seen and is_one and found.get("readyReplicas") == item["spec"]["replicas"]


def test_a_daemon_set_has_one_pod_on_the_one_node(home: Namespace) -> None:
    make(home, DAEMON_SET, "agent")
    eventually(lambda: status(home.get(DAEMON_SET, "agent")).get("numberReady") == 1)
    (first,) = running(home)
    home.patch(DAEMON_SET, "agent", {"spec": {"template": template("two")}})
    eventually(lambda: [home.lines(name) for name in running(home)] == [["two"]])
    assert first not in running(home)
    eventually(lambda: status(home.get(DAEMON_SET, "agent")).get("updatedNumberScheduled") == 1)
    home.client.delete(DAEMON_SET, home.key("agent"))
    eventually(lambda: not home.items(POD))
