"""What goes and what stays when objects are deleted, on a real API server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    NAMESPACE,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
)
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from kubectl_kubestash.api.resources import Resource

    from .world import World

pytestmark = pytest.mark.cluster
WIPE = {"deletionPolicy": "WipeOut"}


def is_gone(world: World, resource: Resource, name: str) -> bool:
    return world.get(resource, name) is None


def is_empty(world: World, resource: Resource) -> bool:
    return not world.names(resource)


def cleaned(world: World) -> list[str]:
    """Jobs that removed data."""
    return sorted(name for name in world.node.started if name.startswith("cleanup-"))


def delete(world: World, resource: Resource, name: str) -> None:
    world.client.delete(resource, world.key(name))


def test_ff_3_2_deleting_a_namespace_ends_and_removes_no_data(world: World) -> None:
    world.set_up(storage=WIPE, repository_options=WIPE)
    operator = world.start(lease_namespace="default")
    world.ready()
    assert operator.wait_until_idle()
    world.node.behaviours["backup"] = nodes.hangs
    world.session("running-1")
    world.reaches(BACKUP_SESSION, "running-1", "Running")
    (snapshot, *_) = world.names(SNAPSHOT)
    world.client.patch(SNAPSHOT, world.key(snapshot), {"spec": WIPE})
    world.restore(snapshot="latest")

    world.client.delete(NAMESPACE, ObjectKey("", world.namespace))

    eventually(
        lambda: world.client.find(NAMESPACE, ObjectKey("", world.namespace)) is None, within=60
    )
    assert cleaned(world) == []


def test_a_repository_that_is_deleted_with_wipe_out_takes_its_data_and_snapshots(
    world: World,
) -> None:
    world.set_up(repository_options=WIPE)
    world.start()
    world.ready()
    delete(world, BACKUP_CONFIGURATION, "files")

    eventually(lambda: is_gone(world, REPOSITORY, "files-repo"))

    assert len(cleaned(world)) == 1
    eventually(lambda: world.names(SNAPSHOT) == [])


def test_data_that_one_of_two_configurations_wants_to_keep_is_not_wiped(world: World) -> None:
    world.set_up(repository_options=WIPE)
    world.configuration("careful")
    world.start()
    for name in ("files", "careful"):
        world.reaches(BACKUP_CONFIGURATION, name, "Ready")

    delete(world, BACKUP_CONFIGURATION, "files")
    eventually(lambda: is_gone(world, BACKUP_CONFIGURATION, "files"))
    assert not is_gone(world, REPOSITORY, "files-repo")
    delete(world, BACKUP_CONFIGURATION, "careful")

    eventually(lambda: is_gone(world, REPOSITORY, "files-repo"))
    assert cleaned(world) == []


def test_a_repository_that_is_deleted_with_delete_keeps_its_data(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    delete(world, BACKUP_CONFIGURATION, "files")

    eventually(lambda: is_gone(world, REPOSITORY, "files-repo"))

    assert cleaned(world) == []
    eventually(lambda: world.names(SNAPSHOT) == [])


def test_a_repository_that_is_to_be_retained_stays(world: World) -> None:
    world.set_up(repository_options={"deletionPolicy": "Retain"})
    operator = world.start()
    world.ready()

    delete(world, BACKUP_CONFIGURATION, "files")

    eventually(lambda: is_gone(world, BACKUP_CONFIGURATION, "files"))
    eventually(lambda: world.names(BACKUP_SESSION) == [])
    assert operator.wait_until_idle()
    assert world.names(REPOSITORY) == ["files-repo"]
    assert len(world.names(SNAPSHOT)) == 1


def test_a_snapshot_that_is_deleted_with_wipe_out_takes_its_data(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    (name,) = world.names(SNAPSHOT)
    world.client.patch(SNAPSHOT, world.key(name), {"spec": WIPE})

    delete(world, SNAPSHOT, name)

    eventually(lambda: is_gone(world, SNAPSHOT, name))
    assert len(cleaned(world)) == 1


def test_a_storage_that_is_deleted_takes_the_objects_and_leaves_the_data(world: World) -> None:
    world.set_up(repository_options=WIPE)
    world.start()
    world.ready()

    delete(world, BACKUP_STORAGE, "s3-storage")

    eventually(lambda: is_gone(world, BACKUP_STORAGE, "s3-storage"))
    eventually(lambda: is_gone(world, REPOSITORY, "files-repo"))
    assert cleaned(world) == []


def test_a_storage_that_is_deleted_with_wipe_out_is_wiped_once_and_what_stays_is_told(
    world: World,
) -> None:
    world.set_up(storage=WIPE)
    world.node.behaviours["cleanup"] = nodes.cleans_up_but_for_one
    world.start()
    world.ready()

    delete(world, BACKUP_STORAGE, "s3-storage")

    eventually(lambda: is_gone(world, BACKUP_STORAGE, "s3-storage"))
    assert len(cleaned(world)) == 1
    assert "Directory files was taken over." in "\n".join(world.notes)


def test_everything_deleted_at_once_and_the_storage_first_still_ends(world: World) -> None:
    world.set_up(repository_options=WIPE)
    world.start()
    world.ready()
    (session,) = world.names(BACKUP_SESSION)
    (snapshot,) = world.names(SNAPSHOT)

    delete(world, BACKUP_STORAGE, "s3-storage")
    delete(world, REPOSITORY, "files-repo")
    delete(world, SNAPSHOT, snapshot)
    delete(world, BACKUP_SESSION, session)
    delete(world, BACKUP_CONFIGURATION, "files")

    for resource in (
        BACKUP_SESSION,
        BACKUP_CONFIGURATION,
        SNAPSHOT,
        REPOSITORY,
        BACKUP_STORAGE,
        RESTORE_SESSION,
    ):
        eventually(partial(is_empty, world, resource))


def test_a_running_session_that_is_deleted_takes_its_job_and_fails_its_snapshot(
    world: World,
) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.hangs
    world.session("by-hand-1")
    eventually(lambda: "by-hand-1" in world.node.jobs())

    delete(world, BACKUP_SESSION, "by-hand-1")

    eventually(lambda: is_gone(world, BACKUP_SESSION, "by-hand-1"))
    eventually(lambda: "by-hand-1" not in world.node.jobs())
    eventually(lambda: world.phase(SNAPSHOT, "files-repo-by-hand-1") == "Failed")
