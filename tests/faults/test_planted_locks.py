"""Locks of those whose clock is wrong, and of pods that were killed while they pruned."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import LEASE, POD, REPOSITORY
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner.exclusive import lease_key
from tests.runner.world import PASSWORD, PATH, World

from .failing_proxy import FailingProxy
from .planted_lock import plant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A volume, backed up twice; the first Snapshot is to go with the next retention."""
    world = World(tmp_path)
    (world.volume / "a.txt").write_text("first")
    return world


def _two_backups(world: World) -> tuple[str, str]:
    first, second = world.back_up(), world.back_up()
    world.mark(first, by=second)
    return first, second


def _plant(world: World, host: str, *, hours: float, exclusive: bool = False) -> Path:
    moment = datetime.now(UTC) + timedelta(hours=hours)
    repository = world.backend / "files" / PATH
    return plant(repository, PASSWORD, host=host, time=moment, exclusive=exclusive)


class SlowClock:
    """A holder in another cluster whose clock is three hours behind: it renews, it lives."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ended_at = 0.0
        self._lock = _plant(world, "elsewhere", hours=-3)
        self._thread = threading.Thread(target=self._renew)

    def _renew(self) -> None:
        for _ in range(8):
            time.sleep(0.5)
            before, self._lock = self._lock, _plant(self.world, "elsewhere", hours=-3)
            before.unlink()
        self.ended_at = time.monotonic()
        self._lock.unlink()

    def __enter__(self) -> SlowClock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def test_ff_2_4_an_old_lock_that_is_renewed_is_waited_for_whatever_its_time(world: World) -> None:
    first, second = _two_backups(world)
    world.environment |= {"KUBESTASH_LOCK_TIMEOUT": "60", "KUBESTASH_LOCK_WATCH": "20"}

    with SlowClock(world) as holder:
        result = world.finish(second)["files"]
        done_at = time.monotonic()

    assert holder.ended_at
    assert done_at > holder.ended_at, "nothing was pruned while the other one was at work"
    assert result["removed"] == [names.snapshot("files", first)]


def test_ff_2_4_an_old_lock_that_nobody_renews_is_dead_after_a_while(world: World) -> None:
    _first, second = _two_backups(world)
    lock = _plant(world, "elsewhere", hours=-3)
    world.environment |= {"KUBESTASH_LOCK_TIMEOUT": "60", "KUBESTASH_LOCK_WATCH": "1"}

    result = world.finish(second)["files"]

    assert result["retention"] == "Applied"
    assert not lock.exists()


def test_ff_2_4_a_lock_from_the_future_stays_and_is_told(world: World) -> None:
    first, second = _two_backups(world)
    lock = _plant(world, "elsewhere", hours=2)
    world.environment |= {"KUBESTASH_LOCK_TIMEOUT": "3", "KUBESTASH_LOCK_WATCH": "1"}

    result = world.finish(second)["files"]

    assert result["retention"] == "FailedToApply"
    assert "elsewhere" in result["error"]
    assert lock.exists()
    assert world.ids(first)[0] in world.stored()


def test_ff_2_4_the_lock_of_a_dead_pod_goes_at_once_whatever_its_clock_said(world: World) -> None:
    ended = world.create(POD, "pod-with-a-fast-clock", spec={}, status={"phase": "Failed"})
    first = world.back_up(pod="pod-with-a-fast-clock", uid=ended["metadata"]["uid"])
    second = world.back_up()
    world.mark(first, by=second)
    lock = _plant(world, "pod-with-a-fast-clock", hours=2)
    world.environment["KUBESTASH_LOCK_TIMEOUT"] = "60"

    result = world.finish(second)["files"]

    assert result["retention"] == "Applied"
    assert not lock.exists()


def test_ff_2_3_the_lock_of_a_pod_killed_while_it_pruned_is_in_no_backups_way(
    world: World,
) -> None:
    _two_backups(world)
    repository = world.client.list(REPOSITORY, world.namespace)[0]
    key = lease_key(world.key("files"), repository["metadata"]["uid"], PATH)
    killed = world.create(POD, "finish-x", spec={}, status={"phase": "Failed"})["metadata"]["uid"]
    world.create(LEASE, key.name, spec={"holderIdentity": f"finish-x/{killed}"})
    lock = _plant(world, "finish-x", hours=0, exclusive=True)
    world.environment["KUBESTASH_LOCK_TIMEOUT"] = "60"

    world.back_up()

    assert not lock.exists()


def test_ff_2_3_what_a_killed_backup_left_goes_with_the_next_finishing(world: World) -> None:
    killed = world.create(POD, "killed", spec={}, status={"phase": "Failed"})
    world.back_up(pod="killed", uid=killed["metadata"]["uid"])
    session = world.back_up()
    lock = _plant(world, "killed", hours=0)
    other = _plant(world, "elsewhere", hours=0)

    world.finish(session)

    assert not lock.exists()
    assert other.exists(), "whose it is cannot be told"


def test_ff_9_4_a_store_that_refuses_the_time_of_a_request_makes_the_clock_known(
    tmp_path: Path,
) -> None:
    with FailingProxy(("127.0.0.1", 1), "127.0.0.1") as store:
        store.fail_with(403)
        world = World(
            tmp_path,
            storage={
                "provider": "s3",
                "s3": {"endpoint": store.endpoint, "bucket": "b", "secretName": "storage"},
            },
            credentials={"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "canary-key"},
        )
        (world.volume / "a.txt").write_text("first")
        world.environment |= {"KUBESTASH_PROBE_TIMEOUT": "3", "KUBESTASH_STOP_GRACE": "1"}
        session = world.start_session()

        assert not world.backup(session)

    told = world.component(session)["error"]
    assert "The clock of the node and that of the store differ" in told
    assert "canary-key" not in told
