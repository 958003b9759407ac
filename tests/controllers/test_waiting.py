"""Runs that wait: for their turn, for another try, for a Repository; on a real API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    CRON_JOB,
    RESTORE_SESSION,
)
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster


def runs(world: World, phase: str) -> list[str]:
    found = world.client.list(BACKUP_SESSION, world.namespace)
    return sorted(
        entry["metadata"]["name"]
        for entry in found
        if (entry.get("status") or {}).get("phase") == phase
    )


def retrying(world: World, delay: str, **options: Any) -> set[str]:
    """A configuration that tries again after `delay`, and the runs that there are already."""
    session = {"retryConfig": {"maxRetry": 3, "delay": delay}, "sessionHistoryLimit": 9}
    world.set_up(session=session, **options)
    world.start()
    world.ready()
    return set(world.names(BACKUP_SESSION))


def test_a_backup_that_waits_for_a_restore_is_not_failed_for_waiting(world: World) -> None:
    """Its time limit runs out while it waits, and counts on when its turn has come."""
    world.set_up()
    world.start()
    world.ready()
    world.node.behaviours["restore"] = nodes.hangs
    world.restore()
    eventually(lambda: world.node.started["back"] == 1)

    world.session("by-hand-1", backupTimeout="6s")
    deadline = eventually(
        lambda: (
            (world.get(BACKUP_SESSION, "by-hand-1") or {}).get("status", {}).get("backupDeadline")
        )
    )
    with pytest.raises(AssertionError):
        world.reaches(BACKUP_SESSION, "by-hand-1", "Failed", "Succeeded", within=10)
    world.client.delete(RESTORE_SESSION, world.key("back"))

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    assert (world.get(BACKUP_SESSION, "by-hand-1") or {})["status"]["backupDeadline"] > deadline


def test_ff_5_2_of_the_runs_that_were_missed_one_is_made_up_for(world: World) -> None:
    world.set_up(session={"sessionHistoryLimit": 20})
    operator = world.start()
    world.ready()
    before = set(world.names(BACKUP_SESSION))
    operator.stop()
    for number in range(6):
        world.session(f"missed-{number}")
    world.node.pace = 2.0

    world.start()

    eventually(lambda: len(runs(world, "Succeeded")) + len(runs(world, "Skipped")) == 7, within=60)
    assert set(runs(world, "Succeeded")) == before | {"missed-0"}


def test_a_failed_run_is_not_tried_again_once_a_newer_one_has_begun(world: World) -> None:
    before = retrying(world, "4s")
    world.node.behaviours["backup"] = nodes.fails
    world.session("by-hand-1", retryLeft=3)
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    world.node.behaviours["backup"] = nodes.back_up

    world.session("by-hand-2")
    world.reaches(BACKUP_SESSION, "by-hand-2", "Succeeded")

    with pytest.raises(AssertionError):
        eventually(
            lambda: set(world.names(BACKUP_SESSION)) - before - {"by-hand-1", "by-hand-2"}, within=6
        )


def test_a_paused_configuration_tries_again_when_it_is_resumed(world: World) -> None:
    before = retrying(world, "2s")
    world.node.behaviours["backup"] = nodes.fails
    world.session("by-hand-1", retryLeft=1)
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    world.node.behaviours["backup"] = nodes.back_up
    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"paused": True}})

    with pytest.raises(AssertionError):
        eventually(lambda: set(world.names(BACKUP_SESSION)) - before - {"by-hand-1"}, within=5)
    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"paused": False}})

    (again,) = eventually(lambda: set(world.names(BACKUP_SESSION)) - before - {"by-hand-1"})
    world.reaches(BACKUP_SESSION, again, "Succeeded")


def test_ff_5_3_a_schedule_that_is_resumed_or_changed_starts_anew(world: World) -> None:
    """A CronJob that lived on would make up for what was due while it was suspended."""
    world.set_up()
    operator = world.start()
    world.ready()
    (name,) = world.names(CRON_JOB)

    def edited(**changes: Any) -> str:
        """The uid of the CronJob after this change of the scheduler or of `paused`."""
        paused = changes.pop("paused", False)
        (session,) = world.client.get(BACKUP_CONFIGURATION, world.key("files"))["spec"]["sessions"]
        session = {**session, "scheduler": {**session["scheduler"], **changes}}
        world.client.patch(
            BACKUP_CONFIGURATION,
            world.key("files"),
            {"spec": {"paused": paused, "sessions": [session]}},
        )
        wanted = {"suspend": paused, **changes, "timeZone": "Etc/UTC"}
        eventually(
            lambda: wanted.items() <= (world.get(CRON_JOB, name) or {"spec": {}})["spec"].items()
        )
        assert operator.wait_until_idle()
        return str(world.client.get(CRON_JOB, world.key(name))["metadata"]["uid"])

    first = str(world.client.get(CRON_JOB, world.key(name))["metadata"]["uid"])
    assert edited(successfulJobsHistoryLimit=7) == first
    assert edited(paused=True) == first
    resumed = edited(paused=False)
    assert resumed != first
    assert edited(schedule="0 4 1 1 *") != resumed
