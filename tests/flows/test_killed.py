"""Operator and runner die at once, at any moment; nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import eventually

if TYPE_CHECKING:
    from .conftest import Backed
    from .world import Namespace, Operator

pytestmark = pytest.mark.cluster


def _start_backup(namespace: Namespace) -> str:
    line = namespace.kubestash("backup", "now", "files", "-o", "name").strip()
    return line.rpartition("/")[2]


def _jobs_of(namespace: Namespace, session: str) -> list[str]:
    return [
        job["metadata"]["name"]
        for job in namespace.items("jobs")
        if job["metadata"].get("labels", {}).get("kubestash.com/invoker-name") == session
    ]


def _kill_runners_of(session: str) -> int:
    """SIGKILL to the runner of a session, seen from outside of its pod; how many there were."""
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"backup" in words and f"--backupsession={session}".encode() in words:
            os.kill(int(process.name), signal.SIGKILL)
            killed += 1
    return killed


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0, 3.5, 5.0, 7.0])
def test_a_session_succeeds_though_the_operator_is_killed(
    backed_by_s3: Backed, operator: Operator, seconds: float
) -> None:
    namespace = backed_by_s3.namespace
    session = _start_backup(namespace)

    time.sleep(seconds)
    operator.kill()
    operator.start()

    namespace.wait_phase(f"backupsession/{session}", "Succeeded", within=180)
    assert len(_jobs_of(namespace, session)) == 2, "one backup Job, one finishing Job"
    snapshots = [
        s
        for s in namespace.items("snapshots.storage.kubestash.com")
        if s["spec"]["backupSession"] == session
    ]
    assert len(snapshots) == 1


def test_a_runner_that_is_killed_fails_the_session_and_the_next_one_ends_well(
    backed_by_s3: Backed,
) -> None:
    namespace, volume = backed_by_s3.namespace, backed_by_s3.volume
    volume.destroy()
    volume.write("much more", mebibytes=300)
    session = _start_backup(namespace)
    eventually(
        lambda: any(
            component.get("claim")
            for snapshot in namespace.items("snapshots.storage.kubestash.com")
            if snapshot["spec"]["backupSession"] == session
            for component in snapshot.get("status", {}).get("components", {}).values()
        ),
        what="the runner has claimed its component",
    )
    eventually(lambda: _kill_runners_of(session) > 0, what="the runner is killed")

    namespace.wait_phase(f"backupsession/{session}", "Failed", within=120)
    (snapshot,) = [
        s
        for s in namespace.items("snapshots.storage.kubestash.com")
        if s["spec"]["backupSession"] == session
    ]
    types = {c["type"]: c["status"] for c in snapshot["status"]["conditions"]}
    assert types["BackupIncomplete"] == "True"
    namespace.kubestash("backup", "now", "files", "--wait", within=300)
