"""Waits that are long, and Jobs that are lost on the way, on a real API server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    CRON_JOB,
    EVENT,
    JOB,
    RETENTION_POLICY,
    SNAPSHOT,
)
from kubectl_kubestash.resolve import labels, results
from tests.waiting import eventually

from . import node as nodes
from .test_hostile import job

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object

    from .node import Behaviour, Node
    from .world import World

pytestmark = pytest.mark.cluster


def evicted(node: Node, pod: Object, args: list[str]) -> None:
    """The kubelet needs the room."""
    node.report(pod, {"phase": "Failed", "reason": "Evicted", "message": "The node was low."})


def first(behaviour: Behaviour, then: Behaviour) -> Behaviour:
    """Another behaviour from the second time on."""
    seen: list[str] = []

    def behave(node: Node, pod: Object, args: list[str]) -> None:
        seen.append(pod["metadata"]["name"])
        (behaviour if len(seen) == 1 else then)(node, pod, args)

    return behave


def finishers(world: World) -> int:
    return sum(n for name, n in world.node.started.items() if name.startswith("retention-policy-"))


def test_ff_7_7_a_finishing_job_whose_pod_was_evicted_is_started_once_more(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    before = finishers(world)
    world.node.behaviours["finish"] = first(evicted, nodes.finish)

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    assert finishers(world) - before == 2
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "SnapshotCleanupIncomplete")
    assert (entry["status"], "Evicted" in entry["message"]) == ("False", True)
    assert world.phase(SNAPSHOT, "files-repo-by-hand-1") == "Succeeded"


def test_a_finishing_job_that_is_evicted_twice_fails_the_session(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()
    before = finishers(world)
    world.node.behaviours["finish"] = evicted

    world.session("by-hand-1")

    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")
    assert finishers(world) - before == 2
    entry = world.condition(BACKUP_SESSION, "by-hand-1", "SnapshotCleanupIncomplete")
    assert entry["status"] == "True"


def test_a_session_that_waits_for_a_long_clean_up_is_not_failed_for_waiting(world: World) -> None:
    world.set_up()
    world.start(start_deadline=timedelta(seconds=2))
    world.ready()
    marks = labels.of_run("BackupSession", world.key("elsewhere"), labels.FINISHER)
    note = {labels.REPOSITORIES: f"{world.namespace}/files-repo"}
    other = {**marks, labels.INVOKER_KIND: "RestoreSession-of-old"}
    world.client.create(JOB, job(world.key("long-prune"), other, **note))
    eventually(lambda: world.get(JOB, "long-prune"))

    world.session("by-hand-1")
    with pytest.raises(AssertionError):
        world.reaches(BACKUP_SESSION, "by-hand-1", "Failed", "Succeeded", within=4)
    world.client.delete(JOB, world.key("long-prune"))

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")


def test_a_policy_that_was_spoilt_during_the_backup_does_not_hold_the_session(
    world: World,
) -> None:
    world.set_up()
    world.start()
    world.ready()
    world.node.pace = 2
    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Running")

    spoilt = {"spec": {"maxRetentionPeriod": "five bananas"}}
    world.client.patch(RETENTION_POLICY, world.key("keep"), spoilt)

    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
    assert len(world.names(SNAPSHOT)) == 2
    told = {event["reason"] for event in world.client.list(EVENT, world.namespace)}
    assert "RetentionNotJudged" in told


def test_the_schedule_of_a_session_that_was_taken_out_goes_with_it(world: World) -> None:
    world.set_up(sessions=("daily", "weekly"))
    world.start()
    eventually(lambda: len(world.names(CRON_JOB)) == 2)
    found = world.client.get(BACKUP_CONFIGURATION, world.key("files"))
    _, weekly = found["spec"]["sessions"]

    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"sessions": [weekly]}})

    eventually(lambda: world.names(CRON_JOB) == ["trigger-files-weekly"])
    without = {name: value for name, value in weekly.items() if name != "scheduler"}
    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"sessions": [without]}})
    eventually(lambda: world.names(CRON_JOB) == [])


def tells_and_fails(node: Node, pod: Object, args: list[str], *, code: int, error: str) -> None:
    """A finishing Job that fails with a word on one Repository, whose Snapshot it has recorded."""
    session = nodes.flag(args, "backupsession")
    entry = {"uploaded": True, "retention": "Applied", "removed": [], "size": 1, "error": error}
    result = {"repositories": {"files-repo": entry}}
    owner = f"{node.namespace}/{session}"
    node.say(pod, "Failed", code=code, message=results.encode("finish", owner, result))


def cannot_prune(node: Node, pod: Object, args: list[str]) -> None:
    """The Snapshot is recorded; then what belongs to nobody cannot be removed."""
    tells_and_fails(node, pod, args, code=1, error="restic prune failed.")


def test_a_repository_that_cannot_be_tidied_up_is_told_although_the_backup_is_good(
    world: World,
) -> None:
    world.set_up()
    world.node.behaviours["finish"] = cannot_prune
    world.start()

    world.ready()

    (told,) = [e for e in world.client.list(EVENT, world.namespace) if "Maint" in e["reason"]]
    assert told["message"] == "Repository files-repo: restic prune failed."


def killed_half_way(node: Node, pod: Object, args: list[str]) -> None:
    """One Repository is done and told; then the kernel needs the memory."""
    tells_and_fails(node, pod, args, code=137, error="")


def test_a_finishing_job_that_came_to_one_of_two_repositories_is_started_once_more(
    world: World,
) -> None:
    secret = {"name": "encryption", "namespace": world.namespace}
    repositories = [
        {"name": name, "backend": "s3", "directory": f"/{name}", "encryptionSecret": secret}
        for name in ("files-repo", "second-repo")
    ]
    world.set_up(session={"repositories": repositories})
    world.node.behaviours["finish"] = first(killed_half_way, nodes.finish)
    world.start()

    world.ready()

    assert finishers(world) == 2
    assert {world.phase(SNAPSHOT, name) for name in world.names(SNAPSHOT)} == {"Succeeded"}
