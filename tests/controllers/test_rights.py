"""What a Job may do, from when until when, as the API server's own authorizer sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_SESSION,
    CLUSTER_ROLE,
    JOB,
    NAMESPACE,
    REPOSITORY,
    RESTORE_SESSION,
    ROLE,
    ROLE_BINDING,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve.access import cluster_roles
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.controllers.operator import Operator

    from .world import World

pytestmark = pytest.mark.cluster
REVIEW = Resource(
    "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", False
)


def may(world: World, account: str, verb: str, resource: str, key: ObjectKey) -> bool:
    """Whether a ServiceAccount of the world's namespace may do this; no name means any."""
    asked = {"namespace": key.namespace, "verb": verb, "resource": resource, "name": key.name}
    user = f"system:serviceaccount:{world.namespace}:{account}"
    spec = {"user": user, "resourceAttributes": asked}
    body = {"apiVersion": REVIEW.api_version, "kind": REVIEW.kind, "spec": spec}
    return bool(world.client.review(REVIEW, body)["status"]["allowed"])


@pytest.fixture
def vault(world: World) -> Iterator[ObjectKey]:
    """The encryption Secret, in a namespace of its own beside one that is nobody's business."""
    for role in cluster_roles():
        world.client.apply(CLUSTER_ROLE, role)
    name = f"{world.namespace}-vault"
    world.create("v1", "Namespace", name, namespaced=False)
    key = ObjectKey(name, "encryption")
    for secret in ("encryption", "precious"):
        body = {"apiVersion": "v1", "kind": "Secret", "stringData": {"RESTIC_PASSWORD": "c"}}
        metadata = {"namespace": name, "name": secret}
        world.client.create(Resource("", "v1", "Secret", "secrets"), {**body, "metadata": metadata})
    yield key
    world.client.delete(NAMESPACE, ObjectKey("", name))


def keeps_its_password_in(world: World, vault: ObjectKey) -> None:
    world.set_up(repository_options={"encryptionSecret": vault._asdict()})


def running(world: World, name: str) -> None:
    """A backup that will not end by itself."""
    world.node.behaviours["backup"] = nodes.hangs
    world.session(name)
    eventually(lambda: name in world.node.jobs() and world.node.started[name])


def backing_up(world: World, vault: ObjectKey) -> Operator:
    """An operator whose backup `by-hand-1` runs, with its password in another namespace."""
    keeps_its_password_in(world, vault)
    operator = world.start()
    world.ready()
    running(world, "by-hand-1")
    return operator


def test_a_job_reads_the_secrets_of_its_run_and_no_others(world: World, vault: ObjectKey) -> None:
    keeps_its_password_in(world, vault)
    world.secret("precious", key="value")
    world.start()
    world.ready()

    running(world, "by-hand-1")

    assert may(world, "by-hand-1", "get", "secrets", world.key("s3"))
    assert may(world, "by-hand-1", "get", "secrets", vault)
    for where in (world.key("precious"), vault._replace(name="precious")):
        assert not may(world, "by-hand-1", "get", "secrets", where)
        assert not may(world, "by-hand-1", "list", "secrets", where._replace(name=""))
    assert not may(world, "by-hand-1", "get", "pods", vault._replace(name="any"))


def test_what_initialises_a_repository_may_do_nothing_any_more_once_it_is_done(
    world: World, vault: ObjectKey
) -> None:
    keeps_its_password_in(world, vault)
    world.start()
    world.ready()

    eventually(lambda: "init-repository-files-repo" not in world.node.jobs())

    account = "init-repository-files-repo"
    eventually(lambda: not may(world, account, "get", "secrets", world.key("s3")))
    assert account not in " ".join(world.names(ROLE))


def test_rights_go_with_a_job_that_is_deleted_by_hand(world: World, vault: ObjectKey) -> None:
    backing_up(world, vault)
    world.node.behaviours["backup"] = nodes.back_up

    world.client.delete(JOB, world.key("by-hand-1"), propagation="Background")

    eventually(lambda: not may(world, "by-hand-1", "get", "secrets", vault))
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    mine = f"{world.namespace}.by-hand-1"
    left = [*world.client.list(ROLE, vault.namespace)]
    left += world.client.list(ROLE_BINDING, vault.namespace)
    assert not [each for each in left if each["metadata"]["name"].startswith(mine)]


def test_rights_of_a_job_that_went_while_no_operator_was_there_go_with_the_next_one(
    world: World, vault: ObjectKey
) -> None:
    operator = backing_up(world, vault)
    operator.stop()
    assert may(world, "by-hand-1", "get", "secrets", vault)
    world.client.delete(JOB, world.key("by-hand-1"), propagation="Background")

    world.start()

    eventually(lambda: not may(world, "by-hand-1", "get", "secrets", vault))
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")


def test_a_repository_that_moves_to_another_storage_is_read_with_the_other_secret(
    world: World,
) -> None:
    """A Role that is still there from before is brought up to date."""
    for role in cluster_roles():
        world.client.apply(CLUSTER_ROLE, role)
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["cleanup"] = nodes.hangs
    world.client.patch(REPOSITORY, world.key("files-repo"), {"spec": {"deletionPolicy": "WipeOut"}})
    name = "cleanup-repository-files-repo"
    world.create(
        "rbac.authorization.k8s.io/v1",
        "Role",
        f"{name}.reads",
        metadata={"labels": {"app.kubernetes.io/managed-by": "kubestash.com"}},
        rules=[],
    )

    world.client.delete(REPOSITORY, world.key("files-repo"))

    eventually(lambda: may(world, name, "get", "secrets", world.key("s3")))


def test_a_restore_that_is_called_like_a_running_backup_takes_nothing_from_it(
    world: World, vault: ObjectKey
) -> None:
    operator = backing_up(world, vault)

    world.restore("by-hand-1")

    world.reaches(RESTORE_SESSION, "by-hand-1", "Failed")
    entry = world.condition(RESTORE_SESSION, "by-hand-1", "RestoreExecutorEnsured")
    assert "by-hand-1" in entry["message"]
    assert "already exists" in entry["message"]
    assert operator.wait_until_idle()
    assert may(world, "by-hand-1", "get", "secrets", vault)
    assert may(world, "by-hand-1", "get", "pods", world.key("any"))
