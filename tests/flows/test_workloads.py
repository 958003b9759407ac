"""Deployments, StatefulSets and DaemonSets go to S3 and come back byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import eventually

from . import manifests
from . import workload_manifests as workloads
from .tree import Tree

if TYPE_CHECKING:
    from pathlib import Path

    from .bucket import Bucket
    from .world import Namespace

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def ground(shared: Namespace, bucket: Bucket) -> Namespace:
    """A namespace with a storage and all that a configuration names."""
    shared.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=shared.name),
        manifests.retention(last=5),
    )
    shared.wait_phase("backupstorage/s3", "Ready")
    return shared


@pytest.fixture(scope="module")
def database(ground: Namespace) -> list[Tree]:
    """The StatefulSet `db` of three pods with different trees, backed up once."""
    ground.apply(workloads.stateful_set("db", 3))
    trees = trees_of(ground, "StatefulSet", "db", 3)
    for number, tree in enumerate(trees):
        tree.write(f"pod {number}")
    ground.apply(workloads.configuration("StatefulSet", "db", storage="s3"))
    backed_up(ground, "db")
    return trees


def trees_of(namespace: Namespace, kind: str, name: str, count: int) -> list[Tree]:
    """The data of each pod of a workload, once all of them run."""
    namespace.kubectl("rollout", "status", f"{kind}/{name}", "--timeout=180s", within=190)
    found = [
        pod["metadata"]["name"]
        for pod in namespace.items("pods")
        if (pod["metadata"].get("labels") or {}).get("app") == name
    ]
    assert len(found) == count
    return [Tree(namespace, pod) for pod in sorted(found)]


def backed_up(namespace: Namespace, name: str) -> dict[str, Any]:
    """The Snapshot of the backup that a configuration starts by itself when it is Ready."""
    namespace.wait_phase(f"backupconfiguration/{name}", "Ready")
    repository = f"{name}-repo"

    def done() -> bool:
        return any(
            s["status"].get("phase") == "Succeeded" for s in snapshots(namespace, repository)
        )

    eventually(done, within=300, what=f"{repository} has a Snapshot")
    namespace.kubestash("backup", "wait", f"{name}@latest", within=300)
    (snapshot,) = snapshots(namespace, repository)
    return snapshot


def snapshots(namespace: Namespace, repository: str) -> list[dict[str, Any]]:
    """All of a Repository, the oldest first."""
    found = [
        item
        for item in namespace.items("snapshots.storage.kubestash.com")
        if item["spec"]["repository"] == repository and "status" in item
    ]
    return sorted(found, key=lambda item: str(item["metadata"]["creationTimestamp"]))


def restored(namespace: Namespace, name: str, *arguments: Any, **fields: Any) -> dict[str, Any]:
    """Restore, and return the RestoreSession as it is at its end."""
    namespace.apply(workloads.restore(name, *arguments, **fields))
    namespace.wait_phase(f"restoresession/{name}", "Succeeded", within=300)
    return namespace.get("restoresession", name)


def test_a_deployment_comes_back_and_what_was_left_out_is_told(ground: Namespace) -> None:
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}},
        {"name": "cache", "emptyDir": {}},
        {"name": "host", "hostPath": {"path": "/usr/share", "type": "Directory"}},
    ]
    mounts = [
        {"name": "cache", "mountPath": "/cache"},
        {"name": "host", "mountPath": "/host", "readOnly": True},
    ]
    ground.apply(
        manifests.claim("web-data", "64Mi"),
        workloads.workload("Deployment", "web", volumes=volumes, mounts=mounts),
    )
    (tree,) = trees_of(ground, "Deployment", "web", 1)
    tree.write("web")
    before = tree.fingerprint()
    ground.apply(workloads.configuration("Deployment", "web", storage="s3"))

    snapshot = backed_up(ground, "web")
    tree.destroy()
    ground.kubestash("restore", "now", "--repo", "web-repo", "--yes", "--wait", within=300)

    assert tree.fingerprint() == before
    assert list(snapshot["status"]["components"]) == ["dump"]
    told = ground.kubestash("describe", "snapshot", snapshot["metadata"]["name"])
    assert "VolumesLeftOut" in told
    for volume in ("cache (emptyDir at /cache:", "host (hostPath at /host:"):
        (condition,) = [
            each["message"]
            for each in snapshot["status"]["conditions"]
            if each["type"] == "VolumesLeftOut"
        ]
        assert volume in condition
    session = ground.get("backupsession", snapshot["spec"]["backupSession"])
    assert condition in [each["message"] for each in session["status"]["conditions"]]


@pytest.mark.sandbox
def test_each_pod_of_a_stateful_set_gets_its_own_data_back(
    ground: Namespace, database: list[Tree]
) -> None:
    before = [tree.fingerprint() for tree in database]
    assert len(set(before)) == 3
    (snapshot,) = snapshots(ground, "db-repo")
    assert sorted(snapshot["status"]["components"]) == ["dump-pod-0", "dump-pod-1", "dump-pod-2"]

    for tree in database:
        tree.destroy()
    session = restored(ground, "all", "StatefulSet", "db", repository="db-repo")

    assert [tree.fingerprint() for tree in database] == before
    assert session["status"]["totalComponents"] == 3


def test_one_component_alone_comes_back(ground: Namespace, database: list[Tree]) -> None:
    before = database[1].fingerprint()
    (snapshot,) = snapshots(ground, "db-repo")
    for tree in database[:2]:
        tree.destroy()

    source = {"snapshot": snapshot["metadata"]["name"], "components": ["dump-pod-1"]}
    session = restored(ground, "one", "StatefulSet", "db", repository="db-repo", **source)

    assert list(session["status"]["components"]) == ["dump-pod-1"]
    assert database[1].fingerprint() == before
    assert len(database[0].fingerprint().splitlines()) == 1
    restored(ground, "rest", "StatefulSet", "db", repository="db-repo")


def test_another_stateful_set_takes_the_data_and_a_smaller_one_is_refused(
    ground: Namespace, database: list[Tree]
) -> None:
    before = [tree.fingerprint() for tree in database]
    ground.apply(workloads.stateful_set("copy", 3), workloads.stateful_set("small", 2))
    copies = trees_of(ground, "StatefulSet", "copy", 3)

    ground.apply(workloads.restore("few", "StatefulSet", "small", repository="db-repo"))
    restored(ground, "copied", "StatefulSet", "copy", repository="db-repo")

    assert [tree.fingerprint() for tree in copies] == before
    ground.wait_phase("restoresession/few", "Invalid")
    (condition, *_) = ground.get("restoresession", "few")["status"]["conditions"]
    assert "no pod for component 'dump-pod-2'; ordinals: 0 to 1" in condition["message"]


def test_components_are_restored_into_claims_that_are_made_for_them(
    ground: Namespace, database: list[Tree]
) -> None:
    before = [tree.fingerprint() for tree in database]
    claim = manifests.claim("fresh-${POD_ORDINAL}", "64Mi")
    template = {"metadata": claim["metadata"], "spec": claim["spec"]}
    task = {"targetVolumes": {"volumeClaimTemplates": [template]}}

    restored(ground, "cloned", "StatefulSet", "db", repository="db-repo", task=task)

    for number in (0, 2):
        ground.apply(manifests.holder(f"holds-{number}", f"fresh-{number}"))
        ground.wait(f"pod/holds-{number}", "condition=Ready")
        copy = Tree(ground, f"holds-{number}", "/data")
        assert copy.fingerprint() == before[number]


def test_a_point_in_time_is_refused_by_name(ground: Namespace, database: list[Tree]) -> None:
    session = workloads.restore("then", "StatefulSet", "db", repository="db-repo")
    session["spec"]["dataSource"]["pitr"] = {"targetTime": "2026-01-01T00:00:00Z"}
    ground.apply(session)
    ground.wait_phase("restoresession/then", "Invalid")
    (condition, *_) = ground.get("restoresession", "then")["status"]["conditions"]
    assert "recovery to a point in time is not supported yet" in condition["message"]
    assert len(database) == 3


def test_a_daemon_set_comes_back_on_each_node(ground: Namespace, node_folder: Path) -> None:
    directory = {"path": f"{node_folder}/data", "type": "DirectoryOrCreate"}
    host = {"name": "data", "hostPath": directory}
    ground.apply(workloads.workload("DaemonSet", "agent", volumes=[host]))
    nodes = [node["metadata"]["name"] for node in ground.items("nodes")]
    trees = trees_of(ground, "DaemonSet", "agent", len(nodes))
    for tree in trees:
        tree.write("agent")
    before = [tree.fingerprint() for tree in trees]
    ground.apply(workloads.configuration("DaemonSet", "agent", storage="s3"))

    snapshot = backed_up(ground, "agent")
    for tree in trees:
        tree.destroy()
    restored(ground, "nodes", "DaemonSet", "agent", repository="agent-repo")

    assert [tree.fingerprint() for tree in trees] == before
    assert sorted(snapshot["status"]["components"]) == sorted(f"dump-{name}" for name in nodes)


def test_of_two_repositories_the_one_that_works_keeps_what_it_got(ground: Namespace) -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "pair-data"}}]
    ground.apply(
        manifests.claim("pair-data", "64Mi"),
        manifests.secret("second-secret", RESTIC_PASSWORD="as it was"),
        workloads.workload("Deployment", "pair", volumes=volumes),
    )
    (tree,) = trees_of(ground, "Deployment", "pair", 1)
    tree.write("first")
    second = {
        "name": "second",
        "backend": "main",
        "directory": "/second",
        "encryptionSecret": {"name": "second-secret"},
    }
    ground.apply(workloads.configuration("Deployment", "pair", storage="s3", repositories=[second]))
    backed_up(ground, "pair")
    tree.destroy()
    tree.write("second")
    before = tree.fingerprint()

    ground.apply(manifests.secret("second-secret", RESTIC_PASSWORD="changed by somebody"))
    answer = ground.try_kubestash("backup", "now", "pair", "--wait", within=300)

    assert answer.returncode != 0
    newest = [snapshots(ground, name)[-1] for name in ("pair-repo", "second")]
    assert [each["status"]["phase"] for each in newest] == ["Succeeded", "Failed"]
    assert "exit code 12" in newest[1]["status"]["components"]["dump"]["error"]
    tree.destroy()
    restored(ground, "pair", "Deployment", "pair", repository="pair-repo")
    assert tree.fingerprint() == before
