"""A backup from the configuration to the end, on a real API server."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    SNAPSHOT,
)
from tests.waiting import eventually

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster


def test_the_first_backup_of_a_configuration_succeeds_by_itself(world: World) -> None:
    world.set_up()
    world.start()

    world.ready()

    session = world.client.list(BACKUP_SESSION, world.namespace)[0]
    status = session["status"]
    assert [entry["type"] for entry in status["conditions"]] == [
        "SnapshotsEnsured",
        "BackupExecutorEnsured",
        "RetentionPolicyExecutorEnsured",
        "SessionHistoryCleaned",
        "MetricsPushed",
    ]
    assert status["snapshots"][0]["phase"] == "Succeeded"
    assert status["retentionPolicy"][0]["phase"] == "Applied"
    snapshot = world.client.list(SNAPSHOT, world.namespace)[0]
    assert snapshot["status"]["phase"] == "Succeeded"
    assert snapshot["status"]["size"] == "2.000 MiB"
    repository = eventually(
        lambda: (
            (found := world.get(REPOSITORY, "files-repo"))
            and found["status"].get("recentSnapshots", [{}])[0].get("phase") == "Succeeded"
            and found
        )
    )
    assert repository["status"]["snapshotCount"] == 1
    assert repository["status"]["lastBackupTime"]
    assert world.phase(BACKUP_STORAGE, "s3-storage") == "Ready"
    assert world.phase(BACKUP_CONFIGURATION, "files") == "Ready"


def test_a_session_takes_at_most_thirty_api_calls(world: World) -> None:
    world.set_up()
    operator = world.start()
    world.ready()
    assert operator.wait_until_idle()
    time.sleep(6)
    before = Counter(operator.stats()["calls"])

    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")

    calls = Counter(operator.stats()["calls"]) - before
    calls = Counter({name: n for name, n in calls.items() if not name.endswith(" leases")})
    print(dict(calls))
    assert sum(calls.values()) <= 30, dict(calls)


def test_the_newest_sessions_and_snapshots_are_kept(world: World) -> None:
    world.set_up(policy={"last": 2})
    world.start()
    world.ready()

    for name in ("by-hand-1", "by-hand-2", "by-hand-3"):
        world.session(name)
        world.reaches(BACKUP_SESSION, name, "Succeeded")

    eventually(lambda: world.names(BACKUP_SESSION) == ["by-hand-3"])
    eventually(lambda: len(world.names(SNAPSHOT)) == 2)
    eventually(
        lambda: (
            [job for job in world.node.jobs() if "by-hand-3" not in job and "init" not in job] == []
        )
    )
    repository = eventually(
        lambda: (
            (found := world.get(REPOSITORY, "files-repo"))
            and found["status"]["snapshotCount"] == 2
            and found
        )
    )
    assert [entry["phase"] for entry in repository["status"]["recentSnapshots"]] == [
        "Succeeded",
        "Succeeded",
    ]


def test_what_another_configuration_keeps_of_a_shared_repository_stays(world: World) -> None:
    """Both store the session `daily` of one claim, and each has a policy of its own."""
    world.policy("long", last=9)
    backend = {
        "name": "s3",
        "storageRef": {"name": "s3-storage", "namespace": world.namespace},
        "retentionPolicy": {"name": "long", "namespace": world.namespace},
    }
    world.set_up(policy={"last": 1})
    world.configuration("more", backends=[backend])
    world.start()
    for name in ("files", "more"):
        world.reaches(BACKUP_CONFIGURATION, name, "Ready")
    for name in eventually(lambda: len(found := world.names(BACKUP_SESSION)) == 2 and found):
        world.reaches(BACKUP_SESSION, name, "Succeeded")

    for name in ("by-hand-1", "by-hand-2"):
        world.session(name)
        world.reaches(BACKUP_SESSION, name, "Succeeded")

    assert len(world.names(SNAPSHOT)) == 4
    # Nobody else wants them any more: the stricter policy decides alone.
    world.client.delete(BACKUP_CONFIGURATION, world.key("more"))
    eventually(lambda: world.get(BACKUP_CONFIGURATION, "more") is None)
    world.session("by-hand-3")
    world.reaches(BACKUP_SESSION, "by-hand-3", "Succeeded")
    eventually(lambda: len(world.names(SNAPSHOT)) == 1)


def test_a_session_is_skipped_while_the_same_session_runs(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.pace = 3

    world.session("running-1")
    world.reaches(BACKUP_SESSION, "running-1", "Running")
    world.session("late-2")

    world.reaches(BACKUP_SESSION, "late-2", "Skipped")
    world.reaches(BACKUP_SESSION, "running-1", "Succeeded")


def test_other_sessions_of_a_configuration_wait_for_their_turn(world: World) -> None:
    world.set_up(sessions=("daily", "weekly"))
    world.start()
    world.reaches(BACKUP_CONFIGURATION, "files", "Ready")

    eventually(lambda: len(world.names(BACKUP_SESSION)) == 2)
    first, second = world.names(BACKUP_SESSION)
    phases = {world.reaches(BACKUP_SESSION, name, "Succeeded") for name in (first, second)}

    assert phases == {"Succeeded"}
    starts = {
        name: world.condition(BACKUP_SESSION, name, "SnapshotsEnsured")["lastTransitionTime"]
        for name in (first, second)
    }
    ends = {
        name: world.condition(BACKUP_SESSION, name, "MetricsPushed")["lastTransitionTime"]
        for name in (first, second)
    }
    assert max(starts.values()) >= min(ends.values())
