"""The longest names that the API server takes, on a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, JOB, RESTORE_SESSION
from kubectl_kubestash.resolve import names

from .world import wait_for

if TYPE_CHECKING:
    from .world import World

LONGEST = 253


def long(name: str) -> str:
    return f"{name}-{'x' * (LONGEST - len(name) - 5)}-end"


@pytest.mark.cluster
def test_ff_10_2_names_of_253_characters_do_not_stop_a_backup_or_a_restore(world: World) -> None:
    world.set_up(name=long("files"), repository=long("repo"), sessions=("daily",))
    world.start()
    first = wait_for(lambda: world.names(BACKUP_SESSION))[0]
    world.reaches(BACKUP_SESSION, first, "Succeeded")

    invoker = {"apiGroup": "core.kubestash.com", "kind": "BackupConfiguration"}
    world.session(long("by-hand"), invoker={**invoker, "name": long("files")})
    world.reaches(BACKUP_SESSION, long("by-hand"), "Succeeded")
    source = {"repository": long("repo"), "snapshot": "latest"}
    world.restore(long("back"), dataSource=source)
    world.reaches(RESTORE_SESSION, long("back"), "Succeeded")

    jobs = world.client.list(JOB, world.namespace)
    assert all(len(value) <= 63 for job in jobs for value in job["metadata"]["labels"].values())


@pytest.mark.cluster
def test_ff_10_2_two_long_names_that_begin_alike_do_not_share_a_job(world: World) -> None:
    world.set_up(session={"sessionHistoryLimit": 9})
    world.start()
    world.ready()

    for name in (long("by-hand"), long("by-hand")[:-1] + "f"):
        world.session(name)
        world.reaches(BACKUP_SESSION, name, "Succeeded")

    assert len([name for name in world.node.started if name.startswith("by-hand")]) == 2


def test_ff_10_2_long_names_that_begin_alike_do_not_share_a_finishing_job() -> None:
    first, second = (f"{'x' * 44}-{end}-daily-1700000000" for end in ("a", "b"))

    assert names.finish_job(first) != names.finish_job(second)
    assert max(map(len, (names.finish_job(first), names.finish_job(second)))) <= 63
