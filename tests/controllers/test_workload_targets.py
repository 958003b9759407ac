"""Targets with pods, and several repositories, on a real API server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    PERSISTENT_VOLUME_CLAIM,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
)
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object

    from .node import Node
    from .world import World

pytestmark = pytest.mark.cluster

PARTS = ["dump-pod-0", "dump-pod-1", "dump-pod-2"]
TASK = {"name": "logical-backup", "params": {"paths": "/data"}}


def component_of(pod: Object) -> str:
    env = pod["spec"]["containers"][0]["env"]
    return next(str(entry["value"]) for entry in env if entry["name"] == "COMPONENT_NAME")


def back_up_own(
    node: Node, pod: Object, args: list[str], *, dying: str = "", failing: str = ""
) -> None:
    """As our runner: only its own component; `dying` dies, the Repository `failing` takes none."""
    name = component_of(pod)
    if name == dying:
        nodes.dies(node, pod, args)
        return
    failed = False
    for snapshot in nodes.snapshots_of(node, nodes.flag(args, "backupsession")):
        ok = snapshot["spec"]["repository"] != failing
        failed |= not ok
        key = ObjectKey(node.namespace, snapshot["metadata"]["name"])
        stats = [{"summary": {"id": "a" * 64, "hostPath": "/data"}}]
        parts = {name: {**nodes.component_result(name, ok=ok), "resticStats": stats}}
        node.client.patch(SNAPSHOT, key, {"status": {"components": parts}}, subresource="status")
    node.say(pod, "Failed" if failed else "Succeeded", code=int(failed))


def restore_own(node: Node, pod: Object, args: list[str]) -> None:
    key = ObjectKey(node.namespace, nodes.flag(args, "restoresession"))
    part = {"phase": "Succeeded", "duration": "1s", "restoredFiles": 3, "restoredBytes": 42}
    fields = {"status": {"components": {component_of(pod): part}}}
    node.client.patch(RESTORE_SESSION, key, fields, subresource="status")
    node.say(pod, "Succeeded")


def workload(world: World, kind: str = "StatefulSet", name: str = "db", **spec: Any) -> None:
    container = {
        "name": "main",
        "image": "app",
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "cache", "mountPath": "/cache"},
        ],
    }
    pod = {"containers": [container], "volumes": [{"name": "cache", "emptyDir": {}}]}
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    }
    if kind == "StatefulSet":
        spec = {"serviceName": name, "volumeClaimTemplates": [claim], **spec}
    labels = {"app": name}
    whole = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
        **spec,
    }
    world.create("apps/v1", kind, name, spec=whole)


def set_up(world: World, **session: Any) -> None:
    """A configuration for the StatefulSet `db` of three pods."""
    workload(world, replicas=3)
    world.node.behaviours |= {"backup": back_up_own, "restore": restore_own}
    world.set_up(
        target={"apiGroup": "apps", "kind": "StatefulSet", "name": "db"},
        session={"addon": {"name": "workload-addon", "tasks": [TASK]}, **session},
    )


def the_session(world: World, *phases: str) -> Object:
    """The first BackupSession, once it is in one of these phases."""
    name = eventually(lambda: world.names(BACKUP_SESSION))[0]
    world.reaches(BACKUP_SESSION, name, *phases)
    found = world.get(BACKUP_SESSION, name)
    assert found is not None
    return found


def backup_jobs(world: World) -> list[str]:
    session = world.names(BACKUP_SESSION)[0]
    return [name for name in world.node.jobs() if name.startswith(f"{session}-")]


def test_a_stateful_set_has_one_job_and_one_component_for_each_pod(world: World) -> None:
    set_up(world)
    world.start()

    session = the_session(world, "Succeeded")

    snapshot = world.client.list(SNAPSHOT, world.namespace)[0]
    assert sorted(snapshot["status"]["components"]) == PARTS
    assert snapshot["status"]["totalComponents"] == 3
    assert snapshot["status"]["size"] == "6.000 MiB"
    assert [name[-2:] for name in backup_jobs(world)] == ["-0", "-1", "-2"]
    for found in (session, snapshot):
        told = {entry["type"]: entry["message"] for entry in found["status"]["conditions"]}
        assert "cache (emptyDir at /cache" in told["VolumesLeftOut"]


def test_ff_1_5_a_pod_whose_job_dies_fails_alone_and_the_snapshot_with_it(world: World) -> None:
    set_up(world)
    world.node.behaviours["backup"] = partial(back_up_own, dying="dump-pod-1")
    world.start()

    the_session(world, "Failed")

    snapshot = world.client.list(SNAPSHOT, world.namespace)[0]
    parts = snapshot["status"]["components"]
    assert {name: part["phase"] for name, part in parts.items()} == {
        "dump-pod-0": "Succeeded",
        "dump-pod-1": "Failed",
        "dump-pod-2": "Succeeded",
    }
    assert "exited with 137" in parts["dump-pod-1"]["error"]
    assert "error" not in parts["dump-pod-0"]
    assert snapshot["status"]["phase"] == "Failed"


def test_a_restore_takes_the_components_that_are_named(world: World) -> None:
    set_up(world)
    world.start()
    the_session(world, "Succeeded")
    source = {"repository": "files-repo", "snapshot": "latest", "components": ["dump-pod-2"]}
    addon = {"name": "workload-addon", "tasks": [{"name": "logical-backup-restore"}]}

    world.restore("one", target=None, dataSource=source, addon=addon)
    world.reaches(RESTORE_SESSION, "one", "Succeeded")

    found = world.get(RESTORE_SESSION, "one")
    assert found is not None
    assert list(found["status"]["components"]) == ["dump-pod-2"]
    assert "one-2" in world.node.jobs()


def test_a_claim_that_is_there_already_is_never_taken_by_a_restore(world: World) -> None:
    set_up(world)
    world.start()
    the_session(world, "Succeeded")
    world.claim("copy-1")
    template = {"metadata": {"name": "copy-${POD_ORDINAL}"}, "spec": {"accessModes": ["x"]}}
    template["spec"] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Mi"}},
    }
    task = {
        "name": "logical-backup-restore",
        "targetVolumes": {
            "volumeClaimTemplates": [template],
            "volumeMounts": [{"name": "copy", "mountPath": "/data"}],
        },
    }
    addon = {"name": "workload-addon", "tasks": [task]}
    source = {"repository": "files-repo", "snapshot": "latest"}

    both = {**source, "components": ["dump-pod-0", "dump-pod-1"]}
    world.restore("taken", dataSource=both, addon=addon)
    world.reaches(RESTORE_SESSION, "taken", "Failed")
    one = {**source, "components": ["dump-pod-2"]}
    world.restore("free", dataSource=one, addon=addon)
    world.reaches(RESTORE_SESSION, "free", "Succeeded")

    told = world.condition(RESTORE_SESSION, "taken", "RestoreExecutorEnsured")
    assert (told["status"], "copy-1" in told["message"]) == ("False", True)
    assert not any(name.startswith("taken") for name in world.node.jobs())
    made = world.get(PERSISTENT_VOLUME_CLAIM, "copy-2")
    assert made is not None
    assert "ownerReferences" not in made["metadata"]


def test_a_target_that_is_not_there_yet_is_waited_for(world: World) -> None:
    world.set_up(
        target={"apiGroup": "apps", "kind": "Deployment", "name": "late"},
        session={"addon": {"name": "workload-addon", "tasks": [TASK]}},
    )
    world.node.behaviours["backup"] = back_up_own
    world.start()
    world.reaches(BACKUP_CONFIGURATION, "files", "NotReady")
    volumes = [{"name": "data", "nfs": {"server": "nfs.example", "path": "/"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    pod = {"containers": [{"name": "m", "image": "a", "volumeMounts": mounts}], "volumes": volumes}
    template = {"metadata": {"labels": {"app": "late"}}, "spec": pod}

    workload(world, "Deployment", "late", template=template)

    assert the_session(world, "Succeeded")["status"]["totalSnapshots"] == 1


def test_one_of_two_repositories_fails_and_the_other_keeps_its_snapshot(world: World) -> None:
    secret = {"name": "encryption", "namespace": world.namespace}
    repositories = [
        {"name": name, "backend": "s3", "directory": f"/{name}", "encryptionSecret": secret}
        for name in ("bad", "good")
    ]
    set_up(world, repositories=repositories)
    world.node.behaviours["backup"] = partial(back_up_own, failing="bad")
    world.start()

    session = the_session(world, "Failed")

    phases = {entry["repository"]: entry["phase"] for entry in session["status"]["snapshots"]}
    assert phases == {"bad": "Failed", "good": "Succeeded"}
    addon = {"name": "workload-addon", "tasks": [{"name": "logical-backup-restore"}]}
    source = {"repository": "good", "snapshot": "latest"}
    world.restore("saved", target=None, dataSource=source, addon=addon)
    world.reaches(RESTORE_SESSION, "saved", "Succeeded")
