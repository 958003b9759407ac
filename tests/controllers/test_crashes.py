"""Operators that are killed, stopped, or see the cluster late."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, JOB, SNAPSHOT
from kubectl_kubestash.kube.client import Client
from tests.waiting import eventually

from .mortal_operator import LOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.kube.watch import WatchEvent, WatchStream

    from .world import World

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).resolve().parents[2]
FINAL = {"Succeeded", "Failed", "Skipped"}


def start(world: World, identity: str, *writes: int) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "tests.controllers.mortal_operator"]
    arguments = [str(world.kubeconfig), world.namespace, identity, *map(str, writes)]
    return subprocess.Popen(
        program + arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finished(process: subprocess.Popen[str], *, within: float = 90) -> int:
    try:
        return process.wait(within)
    finally:
        process.kill()
        process.communicate()


def jobs_of(world: World, session: str) -> list[str]:
    return [name for name in world.node.jobs() if session in name]


def test_ff_4_1_killed_after_every_single_write_the_session_still_succeeds_once(
    world: World,
) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    operator = world.start()
    world.ready()
    assert operator.wait_until_idle()
    operator.stop()
    world.session("by-hand-1")

    deaths = 0
    for _ in range(60):
        process = start(world, "mortal", 1)
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if world.phase(BACKUP_SESSION, "by-hand-1") in FINAL:
                break
            time.sleep(0.05)
        killed_itself = process.poll() == -signal.SIGKILL
        finished_by_us = process.poll() is None
        process.kill()
        process.communicate()
        deaths += killed_itself
        if finished_by_us and world.phase(BACKUP_SESSION, "by-hand-1") in FINAL:
            break

    assert world.phase(BACKUP_SESSION, "by-hand-1") == "Succeeded"
    assert deaths >= 8
    assert len(jobs_of(world, "by-hand-1")) == 2
    assert [world.node.started[name] for name in jobs_of(world, "by-hand-1")] == [1, 1]
    assert len([name for name in world.names(SNAPSHOT) if "by-hand-1" in name]) == 1
    assert len(world.names(BACKUP_SESSION)) == 2


def test_ff_4_7_an_operator_that_slept_through_its_lease_writes_nothing_any_more(
    world: World,
) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    operator = world.start()
    world.ready()
    operator.stop()
    world.node.pace = 2
    sleeper = start(world, "sleeper")
    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Running")

    sleeper.send_signal(signal.SIGSTOP)
    other = start(world, "other")
    try:
        world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
        before = versions(world)
        sleeper.send_signal(signal.SIGCONT)
        ended = finished(sleeper)
    finally:
        sleeper.kill()
        other.kill()
        other.communicate()

    assert ended == LOST
    assert versions(world) == before
    assert [world.node.started[name] for name in jobs_of(world, "by-hand-1")] == [1, 1]


def versions(world: World) -> dict[str, str]:
    """What an operator could have written; the status of a Job is its controller's."""
    return {
        entry["metadata"]["name"]: entry["metadata"][field]
        for resource, field in (
            (BACKUP_SESSION, "resourceVersion"),
            (SNAPSHOT, "resourceVersion"),
            (JOB, "uid"),
        )
        for entry in world.client.list(resource, world.namespace)
    }


class LateStream:
    """The events of a watch, each some time after it came."""

    def __init__(self, stream: WatchStream, delay: float) -> None:
        self._stream = stream
        self._delay = delay
        self._late: queue.SimpleQueue[tuple[float, WatchEvent | None]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for event in self._stream:
            self._late.put((time.monotonic() + self._delay, event))
        self._late.put((0.0, None))

    def __iter__(self) -> Iterator[WatchEvent]:
        while True:
            moment, event = self._late.get()
            time.sleep(max(0.0, moment - time.monotonic()))
            if event is None:
                return
            yield event

    def stop(self) -> None:
        self._stream.stop()


class LateClient(Client):
    """Everything that is watched is seen five seconds late."""

    def open_watch(self, *args: Any, **options: Any) -> Any:
        return LateStream(super().open_watch(*args, **options), 5.0)


def test_ff_4_6_seen_five_seconds_late_nothing_is_made_twice(world: World) -> None:
    world.set_up(session={"sessionHistoryLimit": 5})
    operator = world.start()
    world.ready()
    operator.stop()

    world.start(client=LateClient)
    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded", within=90)
    time.sleep(6)

    assert world.phase(BACKUP_SESSION, "by-hand-1") == "Succeeded"
    assert len(jobs_of(world, "by-hand-1")) == 2
    assert [world.node.started[name] for name in jobs_of(world, "by-hand-1")] == [1, 1]
    assert not [note for note in world.notes if "error" in note]


def test_a_second_operator_waits_for_the_first_one_and_takes_over_when_it_stops(
    world: World,
) -> None:
    world.set_up()
    first = world.start(identity="first")
    world.ready()
    second = world.start(identity="second")
    time.sleep(1)
    waiting = second.is_working

    first.stop()

    eventually(lambda: second.is_working)
    assert not waiting
    assert not first.lost_the_lease
    world.session("by-hand-1")
    world.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded")
