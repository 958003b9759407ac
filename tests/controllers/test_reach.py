"""What is in other namespaces, and what is deleted in an awkward order, on a real API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    CLUSTER_ROLE,
    EVENT,
    NAMESPACE,
    REPOSITORY,
    RESTORE_SESSION,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.controllers import deletion
from kubectl_kubestash.resolve import results
from kubectl_kubestash.resolve.access import cluster_roles
from tests.waiting import eventually

from . import node as nodes
from .test_deletion import WIPE, cleaned, delete, is_gone

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object

    from .node import Behaviour, Node
    from .world import World

pytestmark = pytest.mark.cluster
REVIEW = Resource(
    "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", False
)


def may_create_repositories(node: Node, pod: Object, namespace: str) -> bool:
    """Whether the API server would let this pod bring Repositories back in that namespace."""
    account = f"system:serviceaccount:{node.namespace}:{pod['spec']['serviceAccountName']}"
    asked = {
        "namespace": namespace,
        "verb": "create",
        "group": "storage.kubestash.com",
        "resource": "repositories",
    }
    body = {
        "apiVersion": REVIEW.api_version,
        "kind": REVIEW.kind,
        "spec": {"user": account, "resourceAttributes": asked},
    }
    return bool(node.client.review(REVIEW, body)["status"]["allowed"])


def finds_repositories_of(namespace: str) -> Behaviour:
    """The backend holds a Repository of that namespace."""

    def behave(node: Node, pod: Object, args: list[str]) -> None:
        owner = f"{nodes.flag(args, 'namespace')}/{nodes.flag(args, 'backupstorage')}"
        if node.client.list(ROLE_BINDING, namespace):
            # The server's authorizer learns of a new binding a moment later.
            eventually(lambda: may_create_repositories(node, pod, namespace))
        denied = [] if may_create_repositories(node, pod, namespace) else [namespace]
        result = {"initialized": True, "error": "", "repositories": [], "denied": denied}
        node.say(pod, "Succeeded", message=results.encode("init-storage", owner, result))

    return behave


@pytest.fixture
def elsewhere(world: World) -> str:
    """Another namespace, as it was in the cluster that was lost."""
    for role in cluster_roles():
        world.client.apply(CLUSTER_ROLE, role)
    name = f"{world.namespace}-other"
    world.create("v1", "Namespace", name, namespaced=False)
    return name


def test_a_storage_is_read_once_more_with_rights_in_the_namespaces_that_it_names(
    world: World, elsewhere: str
) -> None:
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.node.behaviours["init-storage"] = finds_repositories_of(elsewhere)
    world.storage()
    operator = world.start()

    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")

    assert world.node.started["init-s3-storage"] == 2
    (binding,) = world.client.list(ROLE_BINDING, elsewhere)
    assert binding["roleRef"]["name"] == "kubestash-storage-initializer-job"
    assert world.client.list(ROLE, elsewhere) == []
    assert operator.wait_until_idle()
    assert world.node.started["init-s3-storage"] == 2
    delete(world, BACKUP_STORAGE, "s3-storage")
    eventually(lambda: is_gone(world, BACKUP_STORAGE, "s3-storage"))
    eventually(lambda: world.client.list(ROLE_BINDING, elsewhere) == [])


def test_no_rights_are_given_elsewhere_without_leave(world: World, elsewhere: str) -> None:
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.node.behaviours["init-storage"] = finds_repositories_of(elsewhere)
    world.storage()
    operator = world.start(allow_cross_namespace=False)

    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")

    assert operator.wait_until_idle()
    assert world.node.started["init-s3-storage"] == 1
    assert world.client.list(ROLE_BINDING, elsewhere) == []


def test_a_namespace_that_comes_later_is_filled_when_it_is_there(world: World) -> None:
    name = f"{world.namespace}-later"
    for role in cluster_roles():
        world.client.apply(CLUSTER_ROLE, role)
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.node.behaviours["init-storage"] = finds_repositories_of(name)
    world.storage()
    world.start()
    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")

    world.create("v1", "Namespace", name, namespaced=False)

    eventually(lambda: world.node.started["init-s3-storage"] == 2)
    eventually(lambda: world.client.list(ROLE_BINDING, name))


def test_a_storage_whose_secret_is_gone_can_be_deleted_and_says_that_data_stays(
    world: World,
) -> None:
    world.set_up(storage=WIPE)
    world.start()
    world.ready()
    world.client.delete(SECRET, world.key("s3"))

    delete(world, BACKUP_STORAGE, "s3-storage")

    eventually(lambda: is_gone(world, BACKUP_STORAGE, "s3-storage"))
    assert cleaned(world) == []
    told = [e["message"] for e in world.client.list(EVENT, world.namespace)]
    assert any("Secret" in message and "data stays" in message for message in told)


def test_a_snapshot_whose_password_is_gone_can_be_deleted(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    (name,) = world.names(SNAPSHOT)
    world.client.patch(SNAPSHOT, world.key(name), {"spec": WIPE})
    world.client.delete(SECRET, world.key("encryption"))

    delete(world, SNAPSHOT, name)

    eventually(lambda: is_gone(world, SNAPSHOT, name))
    assert cleaned(world) == []


def test_a_storage_is_not_wiped_under_a_restore(world: World) -> None:
    world.set_up(storage=WIPE)
    world.start()
    world.ready()
    world.node.behaviours["restore"] = nodes.hangs
    world.restore()
    world.reaches(RESTORE_SESSION, "back", "Running")
    eventually(lambda: world.node.started["back"] == 1)

    delete(world, BACKUP_STORAGE, "s3-storage")
    eventually(
        lambda: any(
            e["reason"] == "CleanupWaits" for e in world.client.list(EVENT, world.namespace)
        )
    )
    assert cleaned(world) == []
    world.client.delete(RESTORE_SESSION, world.key("back"))

    eventually(lambda: is_gone(world, BACKUP_STORAGE, "s3-storage"))
    assert len(cleaned(world)) == 1


def test_a_storage_that_needs_its_secret_no_more_becomes_ready(world: World) -> None:
    world.storage()
    world.start()
    eventually(lambda: world.condition(BACKUP_STORAGE, "s3-storage", "BackendSecretFound"))

    local = {"mountPath": "/backups", "hostPath": {"path": "/srv/backups"}}
    without = {"spec": {"storage": {"provider": "local", "s3": None, "local": local}}}
    world.client.patch(BACKUP_STORAGE, world.key("s3-storage"), without)

    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")
    assert world.condition(BACKUP_STORAGE, "s3-storage", "BackendSecretFound") == {}


def test_a_configuration_takes_no_repository_with_it_that_is_somewhere_else(world: World) -> None:
    world.set_up(repository_options={"deletionPolicy": "Retain"})
    world.start()
    world.ready()
    delete(world, BACKUP_CONFIGURATION, "files")
    eventually(lambda: is_gone(world, BACKUP_CONFIGURATION, "files"))
    world.configuration("typo", repository_options={"directory": "/another"})
    world.reaches(BACKUP_CONFIGURATION, "typo", "Invalid")

    delete(world, BACKUP_CONFIGURATION, "typo")

    eventually(lambda: is_gone(world, BACKUP_CONFIGURATION, "typo"))
    found = world.get(REPOSITORY, "files-repo")
    assert found is not None
    assert "deletionTimestamp" not in found["metadata"]
    assert len(world.names(SNAPSHOT)) == 1


def test_a_wipe_out_asks_the_api_server_whether_the_namespace_still_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch of Namespaces may be behind that of Repositories."""
    world.set_up(repository_options=WIPE)
    operator = world.start(lease_namespace="default")
    world.ready()
    assert operator.wait_until_idle()
    monkeypatch.setattr(deletion, "namespace_is_ending", lambda *_: False)
    assert world.client.get(REPOSITORY, world.key("files-repo"))["spec"] | WIPE

    world.client.delete(NAMESPACE, ObjectKey("", world.namespace))

    eventually(
        lambda: world.client.find(NAMESPACE, ObjectKey("", world.namespace)) is None, within=60
    )
    assert cleaned(world) == []


def test_an_operator_whose_watch_has_died_ends_rather_than_go_on_deaf(world: World) -> None:
    operator = world.start()
    assert operator.wait_until_idle()

    operator._informers[SNAPSHOT].stop()

    assert operator.wait(60)
    assert operator.ended_because == "the watch of snapshots is dead"
