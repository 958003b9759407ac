"""Restores, on a real API server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, RESTORE_SESSION, SNAPSHOT
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster


def test_a_restore_of_the_latest_snapshot_succeeds(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()

    world.restore(snapshot="latest")
    world.reaches(RESTORE_SESSION, "back", "Succeeded")

    found = world.get(RESTORE_SESSION, "back")
    assert found is not None
    status = found["status"]
    assert [entry["type"] for entry in status["conditions"]] == [
        "ValidationPassed",
        "RestoreExecutorEnsured",
        "MetricsPushed",
    ]
    assert status["targetFound"] is True
    assert status["totalComponents"] == 1
    assert status["components"]["dump"]["restoredFiles"] == 3
    assert status["dependencies"][0]["name"] == world.names(SNAPSHOT)[0]


def test_a_restore_without_a_snapshot_is_invalid_and_starts_when_there_is_one(
    world: World,
) -> None:
    world.set_up(paused=True)
    world.start(poll=timedelta(minutes=4))  # It is told, it does not look.
    world.restore(snapshot="files-repo-by-hand-1")
    world.reaches(RESTORE_SESSION, "back", "Invalid")

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")

    world.reaches(RESTORE_SESSION, "back", "Succeeded")


def test_a_restore_that_was_invalid_for_long_does_not_begin_over_newer_data(world: World) -> None:
    world.set_up(paused=True)
    world.start(default_deadline=timedelta(seconds=1))

    world.restore(snapshot="files-repo-by-hand-1")

    world.reaches(RESTORE_SESSION, "back", "Failed")
    told = world.condition(RESTORE_SESSION, "back", "RestoreIncomplete")["message"]
    assert "has passed" in told
    assert "files-repo-by-hand-1" in str(
        world.condition(RESTORE_SESSION, "back", "ValidationPassed")["message"]
    )


def test_a_restore_that_is_made_again_under_its_name_does_not_inherit_a_success(
    world: World,
) -> None:
    """Its namesake went without us, but the Job is still there, with a result in its message."""
    world.set_up()
    first = world.start()
    world.ready()
    world.node.behaviours["restore"] = nodes.restores_and_tells_the_kubelet
    world.restore(snapshot="latest")
    world.reaches(RESTORE_SESSION, "back", "Succeeded")
    (job,) = [name for name in world.node.jobs() if "back" in name]
    first.stop()
    world.client.patch(RESTORE_SESSION, world.key("back"), {"metadata": {"finalizers": []}})
    world.client.delete(RESTORE_SESSION, world.key("back"))
    eventually(lambda: world.get(RESTORE_SESSION, "back") is None)
    world.node.behaviours["restore"] = nodes.dies

    world.restore(snapshot="latest")
    world.start()

    world.reaches(RESTORE_SESSION, "back", "Failed")
    assert world.node.started[job] == 2


def test_a_restore_whose_pod_dies_without_a_word_fails(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["restore"] = nodes.dies

    world.restore(snapshot="latest")
    world.reaches(RESTORE_SESSION, "back", "Failed")

    entry = world.condition(RESTORE_SESSION, "back", "RestoreIncomplete")
    assert "exited with 137" in entry["message"]


def test_a_restore_past_its_deadline_fails_and_its_job_is_removed(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["restore"] = nodes.hangs

    world.restore(snapshot="latest", restoreTimeout="2s")
    world.reaches(RESTORE_SESSION, "back", "Failed")

    eventually(lambda: "back" not in world.node.jobs())


def test_retention_leaves_a_snapshot_alone_that_a_restore_is_reading(world: World) -> None:
    world.set_up(policy={"last": 1})
    world.start()
    world.ready()
    (first,) = world.names(SNAPSHOT)
    world.node.behaviours["restore"] = nodes.hangs
    world.restore(snapshot=first)
    world.reaches(RESTORE_SESSION, "back", "Running")

    # Retention must not run beside a restore from the same Repository: the session waits for it.
    world.session("by-hand-1")
    eventually(lambda: world.node.started["by-hand-1"] == 1)
    world.client.delete(RESTORE_SESSION, world.key("back"))
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")

    eventually(lambda: world.names(SNAPSHOT) == ["files-repo-by-hand-1"])
