"""Backups that do not go as they should, on a real API server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, EVENT, SNAPSHOT
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster


def test_a_pod_that_dies_without_a_word_leaves_the_backup_incomplete(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.dies

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    snapshot = world.get(SNAPSHOT, "files-repo-by-hand-1")
    assert snapshot is not None
    assert snapshot["status"]["phase"] == "Failed"
    entry = world.condition(SNAPSHOT, "files-repo-by-hand-1", "BackupIncomplete")
    assert "exited with 137" in entry["message"]
    assert "SnapshotMetadataUploaded" not in str(snapshot["status"]["conditions"])


def test_a_failed_backup_is_uploaded_and_removes_nothing(world: World) -> None:
    world.set_up(policy={"last": 1})
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.fails

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    entry = world.condition(SNAPSHOT, "files-repo-by-hand-1", "SnapshotMetadataUploaded")
    assert entry["status"] == "True"
    assert len(world.names(SNAPSHOT)) == 2


def test_a_result_that_only_the_kubelet_has_is_taken_over(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.reports_to_kubelet_only

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")


def test_an_image_that_cannot_be_pulled_fails_the_session_and_is_named(world: World) -> None:
    world.set_up()
    world.start(start_deadline=timedelta(seconds=8))
    world.ready()
    world.node.behaviours["backup"] = nodes.never_starts

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    snapshot = world.get(SNAPSHOT, "files-repo-by-hand-1")
    assert snapshot is not None
    assert "ErrImagePull" in snapshot["status"]["components"]["dump"]["error"]
    assert any("docker save docker.io/library/kubectl-kubestash:test" in n for n in world.notes)
    assert not [name for name in world.node.jobs() if name.startswith("by-hand-1")]
    assert messages(world, "ErrImagePull")
    (failed,) = eventually(lambda: messages(world, "BackupFailed"))
    assert failed.startswith("one or more snapshots are failed: dump: ")
    assert "ErrImagePull" in failed


def messages(world: World, reason: str) -> list[str]:
    events = world.client.list(EVENT, world.namespace)
    return [event["message"] for event in events if event["reason"] == reason]


def test_a_session_past_its_deadline_fails_and_its_job_is_removed(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.hangs

    world.session("by-hand-1", backupTimeout="3s")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    eventually(lambda: not [name for name in world.node.jobs() if name.startswith("by-hand-1")])
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "BackupExecutorEnsured")
    assert "deadline" in entry["message"]


def test_a_failed_session_is_retried_once_with_one_try_less(world: World) -> None:
    world.set_up(session={"retryConfig": {"maxRetry": 1, "delay": "1s"}, "sessionHistoryLimit": 5})
    world.start()
    world.ready()
    world.node.behaviours["backup"] = nodes.fails
    before = set(world.names(BACKUP_SESSION))

    world.session("by-hand-1", retryLeft=1)
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    (again,) = eventually(lambda: set(world.names(BACKUP_SESSION)) - before - {"by-hand-1"})
    world.reaches(BACKUP_SESSION, again, "Failed")

    retry = world.get(BACKUP_SESSION, again)
    assert retry is not None
    assert retry["spec"].get("retryLeft", 0) == 0
    assert eventually(
        lambda: (world.get(BACKUP_SESSION, "by-hand-1") or {})["status"].get("retried")
    )
    assert set(world.names(BACKUP_SESSION)) == {*before, "by-hand-1", again}


def test_ff_4_4_a_running_session_without_a_job_is_failed_and_blocks_nobody(world: World) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    operator = world.start()
    world.ready()
    operator.stop()
    world.session("stale-1")
    status = {
        "phase": "Running",
        "snapshots": [
            {"name": "files-repo-stale-1", "phase": "Running", "repository": "files-repo"}
        ],
        "conditions": [
            {
                "type": kind,
                "status": "True",
                "reason": "x",
                "message": "",
                "lastTransitionTime": "2025-01-01T00:00:00Z",
            }
            for kind in ("SnapshotsEnsured", "BackupExecutorEnsured")
        ],
    }
    world.set_status(BACKUP_SESSION, "stale-1", status)
    world.session("next-2")

    world.start()

    world.reaches(BACKUP_SESSION, "stale-1", "Failed")
    world.reaches(BACKUP_SESSION, "next-2", "Succeeded")


def test_ff_4_5_a_first_backup_that_is_there_already_is_as_good(world: World) -> None:
    world.set_up()
    operator = world.start()
    world.ready()
    (first,) = world.names(BACKUP_SESSION)
    operator.stop()
    status = (world.client.get(BACKUP_CONFIGURATION, world.key("files")))["status"]
    for entry in status["sessions"]:
        entry["conditions"] = [c for c in entry["conditions"] if c["type"] == "SchedulerEnsured"]
    world.set_status(BACKUP_CONFIGURATION, "files", {"sessions": status["sessions"]})

    world.start()

    def is_recorded() -> bool:
        found = world.client.get(BACKUP_CONFIGURATION, world.key("files"))
        return "InitialBackupTriggered" in str(found["status"]["sessions"])

    eventually(is_recorded)
    assert world.names(BACKUP_SESSION) == [first]
