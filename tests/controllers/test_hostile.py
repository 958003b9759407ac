"""Objects that somebody has made to mislead the operator, or by mistake, on a real API server."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    JOB,
    REPOSITORY,
    RESTORE_SESSION,
    ROLE,
    ROLE_BINDING,
    SNAPSHOT,
    ObjectKey,
)
from kubectl_kubestash.errors import NotFound
from kubectl_kubestash.resolve import labels
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kubectl_kubestash.kube.client import Object
    from tests.cluster.api_server import ApiServer

    from .world import World

pytestmark = pytest.mark.cluster


def job(key: ObjectKey, marks: dict[str, str], **notes: str) -> Object:
    """A Job that does nothing, with whatever labels and annotations its maker likes."""
    container = {"name": "main", "image": "busybox"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "namespace": key.namespace,
            "name": key.name,
            "labels": marks,
            "annotations": notes,
        },
        "spec": {"suspend": True, "template": template},
    }


@pytest.fixture
def neighbour(world: World) -> Iterator[str]:
    """Another namespace, whose users may do what they like in it."""
    name = f"{world.namespace}-evil"
    world.create("v1", "Namespace", name, namespaced=False)
    yield name
    world.client.delete(
        JOB.__class__("", "v1", "Namespace", "namespaces", False), ObjectKey("", name)
    )


def test_a_job_of_another_namespace_cannot_pass_for_one_of_a_session(
    world: World, neighbour: str
) -> None:
    world.set_up()
    world.start(namespace="", lease_namespace=world.namespace)
    world.ready()
    marks = labels.of_run("BackupSession", world.key("by-hand-1"), labels.BACKUP)
    finisher = {**marks, labels.COMPONENT: labels.FINISHER}
    note = {labels.REPOSITORIES: f"{world.namespace}/files-repo"}
    for name, kind in (("spoof", marks), ("blocker", finisher)):
        world.client.create(JOB, job(ObjectKey(neighbour, name), kind, **note))

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")


def test_a_restore_elsewhere_holds_up_nobody_unless_it_is_on_record(
    world: World, neighbour: str
) -> None:
    """Finishing waits for restores: for those that the operator has let read the Repository."""
    world.set_up()
    world.start(namespace="", lease_namespace=world.namespace)
    world.ready()
    marks = labels.of_run("RestoreSession", ObjectKey(neighbour, "nobody"), labels.RESTORE)
    note = {labels.REPOSITORIES: f"{world.namespace}/files-repo"}
    world.client.create(JOB, job(ObjectKey(neighbour, "bait"), marks, **note))

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")


def test_a_binding_cannot_pass_for_one_that_an_operator_has_left_behind(
    world: World, neighbour: str
) -> None:
    """Who may write RoleBindings in one namespace could otherwise have others deleted."""
    world.create("rbac.authorization.k8s.io/v1", "RoleBinding", "precious", **binding({}))
    marks = labels.of_run("BackupSession", world.key("nobody"), labels.BACKUP)
    bait = binding({**marks, labels.GRANTED_FROM: world.namespace})
    world.client.create(ROLE_BINDING, named(bait, ObjectKey(neighbour, "precious")))
    world.client.create(ROLE_BINDING, named(bait, ObjectKey(neighbour, f"{world.namespace}.x")))

    world.start()

    left = f"{world.namespace}.x"
    eventually(lambda: world.client.find(ROLE_BINDING, ObjectKey(neighbour, left)) is None)
    assert world.client.find(ROLE_BINDING, ObjectKey(neighbour, "precious")) is not None
    assert world.get(ROLE_BINDING, "precious") is not None


def binding(marks: dict[str, str]) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    return {
        "metadata": {"labels": marks},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "User", "name": "jane", "apiGroup": group}],
    }


def named(body: dict[str, Any], key: ObjectKey) -> Object:
    address = {"apiVersion": ROLE_BINDING.api_version, "kind": ROLE_BINDING.kind}
    return {**address, **body, "metadata": {**body["metadata"], **key._asdict()}}


def repository_of(home: str, world: World, **spec: Any) -> Object:
    """A Repository that somebody has made by hand, on the storage of another namespace."""
    storage = {"name": "s3-storage", "namespace": world.namespace}
    return {
        "apiVersion": REPOSITORY.api_version,
        "kind": REPOSITORY.kind,
        "metadata": {"namespace": home, "name": "bait"},
        "spec": {"appRef": {"name": "na"}, "storageRef": storage, "path": "/bait", **spec},
    }


def test_a_repository_made_by_hand_reads_no_storage_that_does_not_admit_it(
    world: World, neighbour: str
) -> None:
    """Its Job could otherwise read the Secret of any BackupStorage of the cluster."""
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.storage(usagePolicy={"allowedNamespaces": {"from": "Same"}})
    operator = world.start(namespace="", lease_namespace=world.namespace)
    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")
    key = ObjectKey(neighbour, "bait")

    world.client.create(REPOSITORY, repository_of(neighbour, world, deletionPolicy="WipeOut"))

    def told() -> str:
        status = world.client.get(REPOSITORY, key).get("status") or {}
        return str([entry.get("message") for entry in status.get("conditions") or ()])

    eventually(lambda: "does not admit" in told())
    world.client.delete(REPOSITORY, key)
    eventually(lambda: world.client.find(REPOSITORY, key) is None)
    assert operator.wait_until_idle()
    given = [each["metadata"]["name"] for each in world.client.list(ROLE, world.namespace)]
    assert [name for name in given if name.startswith(neighbour)] == []
    assert world.client.list(JOB, neighbour) == []


def test_without_leave_no_job_reads_a_secret_elsewhere_that_a_repository_names(
    world: World, neighbour: str
) -> None:
    world.set_up()
    world.start(namespace="", lease_namespace=world.namespace, allow_cross_namespace=False)
    world.ready()
    secret = {"name": "precious", "namespace": neighbour}
    world.client.patch(REPOSITORY, world.key("files-repo"), {"spec": {"encryptionSecret": secret}})

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "BackupExecutorEnsured")
    assert f"Secret {neighbour}/precious is in another namespace" in entry["message"]
    assert world.client.list(ROLE, neighbour) == []


def test_a_snapshot_that_claims_to_be_of_a_session_does_not_keep_it_from_ending(
    world: World,
) -> None:
    world.set_up()
    operator = world.start()
    world.ready()
    spec = {"backupSession": "by-hand-1", "repository": "other", "session": "daily"}
    world.create("storage.kubestash.com/v1alpha1", "Snapshot", "intruder", spec=spec)

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    assert operator.stats()["errors"] == {}


def test_a_snapshot_that_has_lost_its_components_does_not_spin_the_operator(world: World) -> None:
    world.set_up()
    operator = world.start()
    world.ready()
    world.node.behaviours["backup"] = forgets_the_components
    before = operator.stats()["reconciles"]["BackupSession"]

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    assert operator.stats()["reconciles"]["BackupSession"] - before < 60


def forgets_the_components(node: nodes.Node, pod: Object, args: list[str]) -> None:
    """Somebody edits the status, then the pod dies."""
    for snapshot in nodes.snapshots_of(node, nodes.flag(args, "backupsession")):
        key = ObjectKey(node.namespace, snapshot["metadata"]["name"])
        node.client.patch(SNAPSHOT, key, {"status": {"components": None}}, subresource="status")
    node.say(pod, "Failed", code=137)


def test_a_session_that_is_made_again_under_its_name_does_not_inherit_a_success(
    world: World,
) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    world.start()
    world.ready()
    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    world.client.delete(BACKUP_SESSION, world.key("by-hand-1"))
    eventually(lambda: world.get(BACKUP_SESSION, "by-hand-1") is None)
    world.node.behaviours["backup"] = nodes.dies
    time.sleep(1.1)

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "SnapshotsEnsured")
    assert "files-repo-by-hand-1" in entry["message"]
    assert world.phase(SNAPSHOT, "files-repo-by-hand-1") == "Succeeded"


def test_a_time_limit_beyond_all_calendars_is_cut_and_blocks_nobody(world: World) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    world.start()
    world.ready()

    world.session("by-hand-1", backupTimeout="99999999h")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    world.restore(restoreTimeout="99999999h")
    world.reaches(RESTORE_SESSION, "back", "Succeeded")


def test_a_restore_with_a_time_limit_that_is_none_is_invalid_and_says_why(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()

    world.restore("bad", restoreTimeout="soon")

    world.reaches(RESTORE_SESSION, "bad", "Invalid")
    assert (
        "restoreTimeout" in world.condition(RESTORE_SESSION, "bad", "ValidationPassed")["message"]
    )


def test_a_name_that_somebody_elses_job_has_is_told_in_the_condition(world: World) -> None:
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.client.create(JOB, job(world.key("init-s3-storage"), {}))
    world.storage()
    world.start()

    entry = eventually(lambda: world.condition(BACKUP_STORAGE, "s3-storage", "BackendInitialized"))

    assert entry["status"] == "False"
    assert "init-s3-storage" in entry["message"]


def test_an_object_that_cannot_be_read_can_still_be_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_kubestash.controllers import store  # noqa: PLC0415
    from kubectl_kubestash.errors import Unsupported  # noqa: PLC0415

    world.set_up(storage={"deletionPolicy": "WipeOut"})
    world.start()
    world.ready()
    names = [(SNAPSHOT, world.names(SNAPSHOT)[0]), (BACKUP_SESSION, world.names(BACKUP_SESSION)[0])]
    for resource, name in [*names, (BACKUP_STORAGE, "s3-storage")]:
        if resource is SNAPSHOT:
            world.client.patch(SNAPSHOT, world.key(name), {"spec": {"deletionPolicy": "WipeOut"}})

    def unreadable(*_: object) -> Any:
        raise Unsupported("it cannot be read.")

    monkeypatch.setattr(store, "parse", unreadable)
    monkeypatch.setattr(store.Store, "parse", unreadable)
    for resource, name in [*names, (BACKUP_STORAGE, "s3-storage")]:
        world.client.delete(resource, world.key(name))

    for resource, name in [*names, (BACKUP_STORAGE, "s3-storage")]:
        eventually(lambda resource=resource, name=name: world.get(resource, name) is None)  # type: ignore[misc]


def test_a_session_whose_rights_cannot_be_made_fails_and_names_the_namespace(
    world: World,
) -> None:
    secret = {"name": "encryption", "namespace": "nosuch"}
    world.set_up()
    world.start()
    world.ready()
    world.client.patch(REPOSITORY, world.key("files-repo"), {"spec": {"encryptionSecret": secret}})
    assert world.phase(BACKUP_CONFIGURATION, "files") == "Ready"

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "BackupExecutorEnsured")
    assert "nosuch" in entry["message"]
    with pytest.raises(NotFound):
        world.client.get(JOB, world.key("by-hand-1"))


def test_an_object_that_is_nested_too_deep_for_python_stops_nobody_else(
    world: World, api_server: ApiServer, tmp_path: Path
) -> None:
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    name = {"namespace": world.namespace, "name": "deep"}
    text = json.dumps(
        {
            "apiVersion": "core.kubestash.com/v1alpha1",
            "kind": "BackupConfiguration",
            "metadata": name,
            "spec": {
                "sessions": [
                    {
                        "name": "s",
                        "addon": {"name": "a", "tasks": [{"name": "t", "params": {"p": "DEEP"}}]},
                    }
                ]
            },
        }
    )
    manifest = tmp_path / "deep.json"
    manifest.write_text(text.replace('"DEEP"', deep))
    operator = world.start()
    assert operator.wait_until_idle()

    api_server.kubectl("create", "-f", str(manifest))
    world.set_up()

    world.ready()
    world.reaches(BACKUP_CONFIGURATION, "deep", "Invalid")
    assert operator.healthy()
