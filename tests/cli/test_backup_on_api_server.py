"""`backup`, against a real API server; what an operator would write is written by the test."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, LEASE
from kubectl_kubestash.resolve.operator_manifests import LEASE as OPERATOR_LEASE

from .cluster_world import document

if TYPE_CHECKING:
    from .cluster_world import World

pytestmark = pytest.mark.cluster


def started(world: World, *words: str) -> subprocess.Popen[str]:
    """A process that is left running; it has created its session when this returns."""
    child = subprocess.Popen(
        [sys.executable, "-m", "kubectl_kubestash", *words, "-n", world.namespace],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"KUBECONFIG": str(world.kubeconfig), "PATH": "/usr/bin:/bin"},
    )
    end = time.monotonic() + 120
    while not world.names(BACKUP_SESSION):
        assert time.monotonic() < end, "no session was created"
        time.sleep(0.05)
    return child


def test_a_backup_is_created_in_upstreams_shape(world: World) -> None:
    world.configuration()

    code, out, _ = world.run("backup", "now", "files", "--reason", "before the upgrade")

    name = world.only_session()
    session = world.client.get(BACKUP_SESSION, world.key(name))
    assert (code, out) == (0, f"backupsession.core.kubestash.com/{name} created\n")
    assert name.startswith("files-hourly-")
    assert session["spec"]["invoker"]["name"] == "files"
    assert session["metadata"]["ownerReferences"][0]["kind"] == "BackupConfiguration"
    assert session["metadata"]["annotations"]["kubectl-kubestash/reason"] == "before the upgrade"


def test_all_sessions_are_started_and_named(world: World) -> None:
    world.configuration("files", "hourly", "daily")

    answer = world.run("backup", "now", "files")

    assert len(world.names(BACKUP_SESSION)) == 2
    assert "all are run: hourly, daily" in answer.err


def test_upstreams_trigger_takes_sessions_joined_by_commas(world: World) -> None:
    world.configuration("files", "hourly", "daily", "weekly")

    assert world.run("trigger", "files", "--sessions", "hourly,weekly").code == 0
    assert len(world.names(BACKUP_SESSION)) == 2


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param(["nope"], 7, '"nope" not found', id="unknown configuration"),
        pytest.param(["files", "--session", "hurly"], 7, "hourly", id="unknown session"),
    ],
)
def test_what_does_not_exist_is_7_and_creates_nothing(
    world: World, words: list[str], code: int, message: str
) -> None:
    world.configuration()

    answer = world.run("backup", "now", *words)

    assert (answer.code, answer.out) == (code, "")
    assert message in answer.err
    assert world.names(BACKUP_SESSION) == []


def test_a_paused_configuration_is_refused_unless_forced(world: World) -> None:
    world.configuration()
    world.client.patch(BACKUP_CONFIGURATION, world.key("files"), {"spec": {"paused": True}})

    refused = world.run("backup", "now", "files")

    assert (refused.code, refused.out) == (8, "")
    assert "is paused" in refused.err
    assert world.names(BACKUP_SESSION) == []
    assert world.run("backup", "now", "files", "--force").code == 0


def test_a_configuration_that_is_not_ready_is_refused(world: World) -> None:
    world.configuration(ready=False)

    answer = world.run("backup", "now", "files")

    assert answer.code == 8
    assert "the target does not exist" in answer.err


def test_a_session_that_runs_is_refused_and_named(world: World) -> None:
    world.configuration()
    world.run("backup", "now", "files")
    name = world.only_session()

    answer = world.run("backup", "now", "files")

    assert answer.code == 8
    assert name in answer.err


def test_two_backups_of_one_second_get_two_names(world: World) -> None:
    world.configuration()

    codes = [world.run("backup", "now", "files", "--force").code for _ in range(3)]

    assert codes == [0, 0, 0]
    assert len(world.names(BACKUP_SESSION)) == 3


@pytest.mark.parametrize("how", ["client", "server"])
def test_a_dry_run_creates_nothing(world: World, how: str) -> None:
    world.configuration()

    body = document(world.run("backup", "now", "files", f"--dry-run={how}", "-o", "json"))

    assert body["kind"] == "BackupSession"
    assert world.names(BACKUP_SESSION) == []


@pytest.mark.parametrize(
    ("phase", "code"), [("Succeeded", 0), ("Failed", 3), ("Skipped", 5)], ids=str
)
def test_waiting_ends_with_a_code_that_says_how_it_ended(
    world: World, phase: str, code: int
) -> None:
    world.configuration()
    child = started(world, "backup", "now", "files", "--wait")
    name = world.only_session()

    world.status(BACKUP_SESSION, name, phase="Running")
    world.status(BACKUP_SESSION, name, phase=phase, duration="58s")
    out, err = child.communicate(timeout=60)

    assert child.returncode == code
    assert f"{phase} in 58s" in err
    assert out == (f"backupsession.core.kubestash.com/{name}\n" if code == 0 else "")


def test_some_of_several_failed_is_4(world: World) -> None:
    world.configuration("files", "hourly", "daily")
    child = started(world, "backup", "now", "files", "--wait", "-q")
    end = time.monotonic() + 120
    while len(world.names(BACKUP_SESSION)) < 2 and time.monotonic() < end:
        time.sleep(0.05)

    for name, phase in zip(world.names(BACKUP_SESSION), ("Failed", "Succeeded"), strict=True):
        world.status(BACKUP_SESSION, name, phase=phase)
    child.communicate(timeout=60)

    assert child.returncode == 4


def test_waiting_too_long_is_6_and_the_backup_goes_on(world: World) -> None:
    world.configuration()

    answer = world.run("backup", "now", "files", "--wait", "--timeout", "1s", "-o", "name")

    name = world.only_session()
    assert (answer.code, answer.out) == (6, f"backupsession.core.kubestash.com/{name}\n")
    assert "is still Pending after 1s" in answer.err
    assert f"backup wait {name}" in answer.err


def test_control_c_stops_watching_and_says_how_to_look_again(world: World) -> None:
    world.configuration()
    child = started(world, "backup", "now", "files", "--follow")
    name = world.only_session()
    time.sleep(1)

    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=90)

    assert child.returncode == 130
    assert "the backup goes on" in err
    assert f"backup wait {name} -n {world.namespace}" in err
    assert "Traceback" not in err


def test_following_tells_each_step_once(world: World) -> None:
    world.configuration()
    child = started(world, "backup", "now", "files", "--follow")
    name = world.only_session()
    ensured = {"type": "SnapshotsEnsured", "status": "True", "reason": "x", "message": ""}
    ensured["lastTransitionTime"] = "2026-11-21T13:00:00Z"

    world.status(BACKUP_SESSION, name, phase="Running", conditions=[ensured])
    time.sleep(2)
    world.status(BACKUP_SESSION, name, phase="Succeeded", duration="3s")
    _, err = child.communicate(timeout=60)

    assert child.returncode == 0
    assert err.count(" snapshots") == 1
    assert "\x1b" not in err


def test_a_session_that_is_deleted_while_it_is_watched_is_7(world: World) -> None:
    world.configuration()
    child = started(world, "backup", "now", "files", "--wait")
    time.sleep(1)

    world.client.delete(BACKUP_SESSION, world.key(world.only_session()))
    _, err = child.communicate(timeout=60)

    assert child.returncode == 7
    assert "was deleted while it was watched" in err


def test_backups_are_listed_by_configuration_and_phase(world: World) -> None:
    world.configuration("files")
    world.configuration("other")
    world.run("backup", "now", "files")
    world.run("backup", "now", "other")

    out = world.run("backup", "list", "files", "--no-headers").out

    assert [line.split()[1] for line in out.splitlines()] == ["files"]
    assert world.run("backup", "list", "--phase", "Failed").out == ""


def test_logs_of_a_session_without_pods_are_7_with_the_next_step(world: World) -> None:
    world.configuration()
    world.run("backup", "now", "files")

    code, out, err = world.run("backup", "logs", "@latest")

    assert (code, out) == (7, "")
    assert "kubectl kubestash describe backupsession" in err


def test_a_second_run_that_was_forced_is_warned_of(world: World) -> None:
    world.configuration()
    assert world.run("backup", "now", "files").code == 0

    answer = world.run("backup", "now", "files", "--force")

    assert answer.code == 0
    assert "the operator will skip a second run" in answer.err


def test_the_first_backup_of_a_new_configuration_is_waited_for(world: World) -> None:
    world.configuration(ready=False)
    world.status(BACKUP_CONFIGURATION, "files", phase="NotReady", targetFound=True)
    early = world.run("backup", "now", "files")
    assert (early.code, world.names(BACKUP_SESSION)) == (8, [])
    assert f"kubectl kubestash backup wait files@latest -n {world.namespace}" in early.err

    words = ["backup", "wait", "files@latest", "-n", world.namespace]
    child = subprocess.Popen(
        [sys.executable, "-m", "kubectl_kubestash", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"KUBECONFIG": str(world.kubeconfig), "PATH": "/usr/bin:/bin"},
    )
    assert child.stderr is not None
    assert child.stderr.readline() == (
        f"BackupConfiguration {world.namespace}/files: waiting for the first backup\n"
    )
    invoker = {"kind": "BackupConfiguration", "name": "files", "apiGroup": "core.kubestash.com"}
    world.create(BACKUP_SESSION, "first", spec={"invoker": invoker, "session": "hourly"})
    world.status(BACKUP_SESSION, "first", phase="Succeeded", duration="3s")

    _, said = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "Succeeded in 3s" in said


def test_a_first_backup_that_does_not_come_is_6_or_8_with_the_reason(world: World) -> None:
    world.configuration(ready=False)

    late = world.run("backup", "wait", "@latest", "--timeout", "1s")
    wrong = {"type": "ValidationPassed", "status": "False", "reason": "X", "message": "No Addon."}
    wrong["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    world.status(BACKUP_CONFIGURATION, "files", phase="Invalid", conditions=[wrong])
    invalid = world.run("backup", "wait", "@latest")

    assert late.code == 6
    assert "has begun no backup; it is NotReady: the target does not exist" in late.err
    assert "hint: kubectl kubestash describe backupconfiguration files" in late.err
    assert invalid.code == 8
    assert "is Invalid: No Addon." in invalid.err


def test_an_operator_that_nobody_has_started_is_told_from_one_that_is_slow(world: World) -> None:
    if world.client.find(LEASE, OPERATOR_LEASE):
        world.client.delete(LEASE, OPERATOR_LEASE)
    world.create(BACKUP_CONFIGURATION, "files", spec={"sessions": []})
    for words in (
        ["create", "role", "some", "--verb=get,list", "--resource=*.core.kubestash.com"],
        ["create", "rolebinding", "some", "--role=some", "--user=somebody"],
    ):
        assert world.kubectl(*words, "-n", world.namespace).code == 0

    late = world.run("backup", "wait", "files@latest", "--timeout", "1s")
    blind = world.run("backup", "wait", "files@latest", "--timeout", "1s", "--as", "somebody")

    assert (late.code, blind.code) == (6, 6)
    assert "no operator is running. Start one: kubectl kubestash controller run" in late.err
    assert "Is the operator running?" in blind.err


def test_nothing_is_waited_for_where_nothing_will_run(world: World) -> None:
    assert world.run("backup", "wait", "@latest").code == 7
    world.configuration()
    assert world.run("backup", "wait", "other@latest").code == 7
    assert world.run("backup", "wait", "files@newest").code == 2


def test_the_newest_run_of_one_configuration_can_be_named(world: World) -> None:
    for name in ("one", "two"):
        invoker = {"kind": "BackupConfiguration", "name": name, "apiGroup": "core.kubestash.com"}
        world.create(BACKUP_SESSION, f"{name}-1", spec={"invoker": invoker, "session": "hourly"})

    answer = world.run("get", "sessions", "one@latest", "-o", "name")

    assert answer.out == "backupsession.core.kubestash.com/one-1\n"
    slip = world.run("backup", "logs", "onee@latest")
    other = world.run("backup", "logs", "one@latest:daily")
    assert (slip.code, "hint: did you mean one" in slip.err) == (7, True)
    assert other.err.endswith("hint: kubectl kubestash get backupsessions -A\n")
