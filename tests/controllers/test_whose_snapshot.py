"""Which Snapshots are of a run, and which are only called so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, SNAPSHOT
from kubectl_kubestash.controllers.backup_run import takes
from kubectl_kubestash.resolve import labels, names
from tests.waiting import eventually

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object

    from .world import World

RUN = f"{'x' * 40}-daily-1700000000"
NOON = "2026-11-22T12:00:00Z"


def session(name: str = RUN) -> Object:
    return {"metadata": {"name": name, "uid": "one", "creationTimestamp": NOON}}


def snapshot(name: str, run: str = RUN) -> Object:
    spec = {"repository": "some-repository", "backupSession": run}
    return {"metadata": {"name": name, "creationTimestamp": NOON}, "spec": spec}


def test_a_snapshot_that_was_made_before_cut_names_had_a_hash_is_still_of_its_run() -> None:
    now = names.snapshot("some-repository", RUN)
    before = names.former_snapshot("some-repository", RUN)
    assert now != before
    assert takes(session(), snapshot(now))
    assert takes(session(), snapshot(before))


def test_a_snapshot_of_any_other_name_is_not_of_the_run() -> None:
    assert not takes(session(), snapshot("some-repository-mine"))
    assert not takes(session("other"), snapshot(names.snapshot("some-repository", RUN)))


def test_a_snapshot_that_a_namesake_made_in_the_same_second_is_not_of_the_run() -> None:
    made = snapshot(names.snapshot("some-repository", RUN))
    made["metadata"]["annotations"] = {labels.OWNER_UID: "one"}
    assert takes(session(), made)
    made["metadata"]["annotations"] = {labels.OWNER_UID: "another"}
    assert not takes(session(), made)


@pytest.mark.cluster
def test_a_run_that_is_called_as_an_earlier_one_is_refused_and_its_snapshot_kept(
    world: World,
) -> None:
    world.set_up(session={"sessionHistoryLimit": 9})
    world.start()
    world.ready()
    world.session("by-hand")
    world.reaches(BACKUP_SESSION, "by-hand", "Succeeded")
    made = world.get(SNAPSHOT, "files-repo-by-hand")

    world.client.delete(BACKUP_SESSION, world.key("by-hand"))
    eventually(lambda: world.get(BACKUP_SESSION, "by-hand") is None)
    world.session("by-hand")
    world.reaches(BACKUP_SESSION, "by-hand", "Failed")

    said = world.condition(BACKUP_SESSION, "by-hand", "SnapshotsEnsured")
    assert "is there already, of an earlier run" in said["message"]
    assert world.get(SNAPSHOT, "files-repo-by-hand") == made
