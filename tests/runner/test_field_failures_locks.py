"""Locks: live ones are waited for, dead ones go; the numbers are in docs/reliability.md."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import LEASE, POD, REPOSITORY, SNAPSHOT
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner.backend import Backend
from kubectl_kubestash.runner.exclusive import lease_key
from kubectl_kubestash.runner.holders import Gone
from kubectl_kubestash.runner.locks import Evidence, dead
from kubectl_kubestash.runner.stored import Lock
from tests import tools

from .world import PASSWORD, PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World

HERE = socket.gethostname()
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@contextmanager
def backup_in_progress(world: World, *prefix: str) -> Iterator[subprocess.Popen[bytes]]:
    """A bare restic that has stored 8 MB of its input and waits for more, lock held."""
    environment = {
        "RESTIC_REPOSITORY": str(world.backend / "files" / PATH),
        "RESTIC_PASSWORD": PASSWORD,
        "PATH": os.environ["PATH"],
    }
    argv = [*prefix, str(tools.restic_with_cheap_keys()), "backup", "--no-cache", "--stdin"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment
    ) as restic:
        assert restic.stdin is not None
        restic.stdin.write(os.urandom(8_000_000))
        restic.stdin.flush()
        wait_for_lock(world)
        try:
            yield restic
        finally:
            restic.kill()


def wait_for_lock(world: World) -> None:
    folder = world.backend / "files" / PATH / "locks"
    deadline = time.monotonic() + 60
    while not any(folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def leave_dead_lock(world: World) -> None:
    with backup_in_progress(world) as restic:
        restic.kill()
        restic.wait()
    assert world.locks()


def ended_pod(world: World, name: str) -> str:
    """The uid of a pod that its kubelet says has ended."""
    pod = world.create(POD, name, spec={}, status={"phase": "Failed"})
    return str(pod["metadata"]["uid"])


def two_backups(world: World, **pod: str) -> tuple[str, str]:
    """The second one marks the first to go, which was made in this pod."""
    first, second = world.back_up(**pod), world.back_up()
    world.mark(first, by=second)
    return first, second


def test_ff_2_1_retention_never_prunes_beside_a_backup(world: World) -> None:
    first, second = two_backups(world)
    with backup_in_progress(world) as foreign:
        result = world.finish(second)["files"]
        assert foreign.stdin is not None
        foreign.stdin.write(os.urandom(1_000_000))
        foreign.stdin.close()
        assert foreign.wait() == 0

    assert result["retention"] == "FailedToApply"
    assert f"of {HERE}" in result["error"]
    assert "is still locked after 2 s" in result["error"]
    assert world.ids(first)[0] in world.stored()
    world.restic("check", "--read-data")


def test_ff_2_3_a_live_lock_is_waited_for(world: World) -> None:
    first, second = two_backups(world)
    world.environment["KUBESTASH_LOCK_TIMEOUT"] = "60"
    with backup_in_progress(world) as foreign:
        assert foreign.stdin is not None
        threading.Timer(2, foreign.stdin.close).start()
        result = world.finish(second)["files"]

    assert result["retention"] == "Applied", result
    assert result["removed"] == [names.snapshot("files", first)]
    assert world.ids(first)[0] not in world.stored()


def test_ff_2_3_the_lock_of_a_pod_of_ours_that_has_ended_is_removed_at_once(world: World) -> None:
    _first, second = two_backups(world, pod=HERE, uid=ended_pod(world, HERE))
    leave_dead_lock(world)

    result = world.finish(second)["files"]

    assert result["retention"] == "Applied", result
    assert world.locks() == []


def test_ff_2_1_nothing_is_pruned_beside_a_pod_that_was_removed_by_force_and_lives_on(
    world: World,
) -> None:
    first, second = two_backups(world, pod=HERE, uid="uid-of-the-removed-pod")
    with backup_in_progress(world) as cut_off:
        result = world.finish(second)["files"]
        assert world.locks()
        assert cut_off.stdin is not None
        cut_off.stdin.close()
        assert cut_off.wait() == 0

    assert result["retention"] == "FailedToApply"
    assert f"of {HERE}" in result["error"]
    assert world.ids(first)[0] in world.stored()


def test_ff_2_3_the_lock_of_a_pod_that_was_removed_goes_when_nobody_has_renewed_it(
    world: World,
) -> None:
    _first, second = two_backups(world, pod=HERE, uid="uid-of-the-removed-pod")
    leave_dead_lock(world)
    world.environment |= {"KUBESTASH_LOCK_TIMEOUT": "60", "KUBESTASH_LOCK_WATCH": "1"}

    result = world.finish(second)["files"]

    assert result["retention"] == "Applied", result
    assert world.locks() == []


def test_ff_2_3_the_lock_of_a_pod_that_runs_stays(world: World) -> None:
    first = world.back_up(pod=HERE, uid="uid-of-a-pod")
    pod = world.create(POD, HERE, spec={}, status={"phase": "Running"})
    claim = {"claim": {"pod": HERE, "uid": pod["metadata"]["uid"], "node": ""}}
    world.client.patch(
        SNAPSHOT,
        world.key(names.snapshot("files", first)),
        {"status": {"components": {"dump": claim}}},
        subresource="status",
    )
    second = world.back_up()
    world.mark(first, by=second)
    leave_dead_lock(world)

    result = world.finish(second)["files"]

    assert result["retention"] == "FailedToApply"
    assert len(world.locks()) == 1


@pytest.mark.cluster
def test_ff_2_2_a_live_lock_from_another_pid_namespace_stays(world: World) -> None:
    first, second = two_backups(world)
    with backup_in_progress(world, "unshare", "--pid", "--fork", "--mount-proc") as foreign:
        result = world.finish(second, pod=HERE)["files"]
        assert world.locks()
        assert foreign.stdin is not None
        foreign.stdin.close()
        assert foreign.wait() == 0

    assert result["retention"] == "FailedToApply"
    assert world.ids(first)[0] in world.stored()


def test_a_lease_of_a_pod_that_is_gone_is_taken_over(world: World) -> None:
    first, second = two_backups(world)
    repository = world.client.list(REPOSITORY, world.namespace)[0]
    key = lease_key(world.key("files"), repository["metadata"]["uid"], PATH)
    world.create(LEASE, key.name, spec={"holderIdentity": "finish-x/uid-gone"})

    result = world.finish(second)["files"]

    assert result["removed"] == [names.snapshot("files", first)]
    assert world.client.find(LEASE, key) is None


def test_a_lease_of_a_pod_that_runs_is_respected(world: World) -> None:
    _first, second = two_backups(world)
    repository = world.client.list(REPOSITORY, world.namespace)[0]
    pod = world.create(POD, "finish-x", spec={}, status={"phase": "Running"})
    key = lease_key(world.key("files"), repository["metadata"]["uid"], PATH)
    world.create(LEASE, key.name, spec={"holderIdentity": f"finish-x/{pod['metadata']['uid']}"})

    result = world.finish(second)["files"]

    assert result["retention"] == "FailedToApply"
    assert "is still held by pod demo/finish-x" in result["error"]
    assert len(world.stored()) == 2


def test_a_lease_that_names_nobody_is_free(world: World) -> None:
    first, second = two_backups(world)
    repository = world.client.list(REPOSITORY, world.namespace)[0]
    key = lease_key(world.key("files"), repository["metadata"]["uid"], PATH)
    world.create(LEASE, key.name, spec={})

    assert world.finish(second)["files"]["removed"] == [names.snapshot("files", first)]


def test_a_dead_lock_that_cannot_be_removed_is_not_fought_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_up(pod=HERE, uid=ended_pod(world, HERE))
    _first, second = two_backups(world)
    leave_dead_lock(world)
    monkeypatch.setattr(Backend, "delete", lambda *_: None)

    result = world.finish(second)["files"]

    assert "is still locked after 2 s" in result["error"]


def lock(host: str = "other", *, pid: int = 7, minutes_old: int = 0) -> Lock:
    made = (NOW - timedelta(minutes=minutes_old)).isoformat()
    return Lock("id", host, exclusive=True, time=made, pid=pid)


def evidence(
    *, gone: str = "", absent: str = "", ended: int = 0, own: str = "", watched: float = 0.0
) -> Evidence:
    hosts = Gone(frozenset({gone} - {""}), frozenset({absent} - {""}))
    return Evidence(hosts, frozenset({ended}), own, {"id": watched})


def judge(found: Lock, known: Evidence) -> bool:
    return dead(found, known, now=NOW, watch=360)


def test_a_lock_is_dead_when_its_pod_has_ended() -> None:
    assert judge(lock("pod-a"), evidence(gone="pod-a"))
    assert not judge(lock("pod-a"), evidence(gone="pod-b"))


def test_the_lock_of_a_pod_that_was_removed_by_force_is_dead_when_nobody_renews_it() -> None:
    assert not judge(lock("pod-a"), evidence(absent="pod-a", watched=300))
    assert judge(lock("pod-a"), evidence(absent="pod-a", watched=400))
    assert not judge(lock("pod-a"), evidence(absent="pod-b", watched=400))


def test_a_lock_of_our_own_child_is_dead_when_the_child_has_ended() -> None:
    assert judge(lock("me", pid=7), evidence(own="me", ended=7))
    assert not judge(lock("me", pid=8), evidence(own="me", ended=7))


def test_a_process_id_means_nothing_when_the_host_name_is_shared() -> None:
    assert not judge(lock("node-1", pid=7), evidence(own="", ended=7))


def test_an_old_lock_is_dead_only_when_it_was_not_renewed_while_we_watched() -> None:
    assert not judge(lock(minutes_old=50), evidence(watched=10))
    assert judge(lock(minutes_old=50), evidence(watched=400))
    assert not judge(lock(minutes_old=20), evidence(watched=400))
