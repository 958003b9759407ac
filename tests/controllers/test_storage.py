"""Storages, and objects that cannot be right, on a real API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    CRON_JOB,
    EVENT,
    SNAPSHOT,
)
from kubectl_kubestash.resolve import results
from tests.waiting import eventually

from . import node as nodes

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object

    from .node import Node
    from .world import World

pytestmark = pytest.mark.cluster


def refuses(node: Node, pod: Object, args: list[str]) -> None:
    """The bucket is not there."""
    owner = f"{nodes.flag(args, 'namespace')}/{nodes.flag(args, 'backupstorage')}"
    result = {"initialized": False, "error": "bucket demo does not exist", "repositories": []}
    node.say(pod, "Failed", code=1, message=results.encode("init-storage", owner, result))


def test_a_storage_waits_for_its_secret_and_says_so(world: World) -> None:
    world.storage()
    world.start()

    entry = eventually(lambda: world.condition(BACKUP_STORAGE, "s3-storage", "BackendSecretFound"))
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")

    assert (entry["status"], entry["reason"]) == ("False", "BackendSecretNotAvailable")
    assert "does not exist" in entry["message"]
    world.reaches(BACKUP_STORAGE, "s3-storage", "Ready")


def test_why_a_backend_cannot_be_initialised_stands_in_the_condition(world: World) -> None:
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.node.behaviours["init-storage"] = refuses
    world.storage()
    world.start()

    entry = eventually(lambda: world.condition(BACKUP_STORAGE, "s3-storage", "BackendInitialized"))

    assert (entry["status"], entry["message"]) == ("False", "bucket demo does not exist")
    assert world.phase(BACKUP_STORAGE, "s3-storage") == "NotReady"


def test_a_session_that_does_not_exist_fails_with_its_name(world: World) -> None:
    world.set_up()
    world.start()
    world.ready()

    world.session("by-hand-1", session="nightly")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Failed")

    entry = world.condition(BACKUP_SESSION, "by-hand-1", "SnapshotsEnsured")
    assert "nightly" in entry["message"]
    assert "by-hand-1" not in world.node.jobs()


def test_an_unknown_addon_is_named_and_nothing_runs(world: World) -> None:
    addon = {"name": "nosuch-addon", "tasks": [{"name": "logical-backup"}]}
    world.set_up(session={"addon": addon})
    world.start()

    def is_named() -> bool:
        found = world.get(BACKUP_CONFIGURATION, "files") or {}
        return "nosuch-addon" in str((found.get("status") or {}).get("conditions"))

    eventually(is_named)
    assert world.names(BACKUP_SESSION) == []


def test_pausing_suspends_the_schedule_and_resuming_starts_the_first_backup(
    world: World,
) -> None:
    world.set_up(paused=True)
    operator = world.start()
    (name,) = eventually(lambda: world.names(CRON_JOB))
    assert operator.wait_until_idle()
    suspended = world.client.get(CRON_JOB, world.key(name))["spec"]["suspend"]
    runs = world.names(BACKUP_SESSION)

    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"paused": False}})

    world.ready()
    assert (suspended, runs) == (True, [])
    eventually(lambda: (world.get(CRON_JOB, name) or {}).get("spec", {}).get("suspend") is False)


def test_one_bad_object_does_not_keep_the_others_from_being_looked_after(world: World) -> None:
    world.set_up()
    world.restore("bad", snapshot="latest", restoreTimeout="soon")
    operator = world.start()

    world.ready()

    assert operator.healthy()
    assert world.phase(BACKUP_CONFIGURATION, "files") == "Ready"


def test_ff_3_1_five_failed_runs_leave_the_last_good_snapshot_alone(world: World) -> None:
    world.set_up(policy={"last": 1, "maxRetentionPeriod": "1m"})
    world.start()
    world.ready()
    (good,) = world.names(SNAPSHOT)
    world.node.behaviours["backup"] = nodes.fails

    for number in range(5):
        world.session(f"by-hand-{number}")
        world.reaches(BACKUP_SESSION, f"by-hand-{number}", "Failed")

    assert world.phase(SNAPSHOT, good) == "Succeeded"


def test_another_encryption_secret_in_the_configuration_is_not_ignored_in_silence(
    world: World,
) -> None:
    world.set_up()
    world.start()
    world.ready()
    found = world.client.get(BACKUP_CONFIGURATION, world.key("files"))
    (session,) = found["spec"]["sessions"]
    session["repositories"][0]["encryptionSecret"]["name"] = "newer"

    change = {"spec": {"sessions": [session]}}
    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), change)

    def told() -> list[str]:
        events = world.client.list(EVENT, world.namespace)
        return [e["message"] for e in events if e["reason"] == "OtherEncryptionSecret"]

    (message,) = eventually(told)
    assert f"encrypted with {world.namespace}/encryption, which stays in use" in message
