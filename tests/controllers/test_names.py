"""The longest names that the API server takes, on a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    CRON_JOB,
    JOB,
    REPOSITORY,
    RESTORE_SESSION,
    SERVICE_ACCOUNT,
    Resource,
)
from kubectl_kubestash.resolve import names
from tests.waiting import eventually

if TYPE_CHECKING:
    from .world import World

LONGEST = 253


def long(name: str) -> str:
    return f"{name}-{'x' * (LONGEST - len(name) - 5)}-end"


@pytest.mark.cluster
def test_ff_10_2_names_of_253_characters_do_not_stop_a_backup_or_a_restore(world: World) -> None:
    world.set_up(name=long("files"), repository=long("repo"), sessions=("daily",))
    world.start()
    first = eventually(lambda: world.names(BACKUP_SESSION))[0]
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
def test_a_schedule_is_not_taken_from_a_configuration_whose_names_come_out_the_same(
    world: World,
) -> None:
    world.set_up(name="db", sessions=("prod-daily",))
    operator = world.start()
    world.reaches(BACKUP_CONFIGURATION, "db", "Ready")

    world.configuration("db-prod", sessions=("daily",), repository="other-repo")

    def told() -> str:
        status = (world.get(BACKUP_CONFIGURATION, "db-prod") or {}).get("status") or {}
        entries = [e for each in status.get("sessions") or () for e in each["conditions"]]
        return str([entry["message"] for entry in entries if entry["status"] == "False"])

    eventually(lambda: "belongs to BackupConfiguration db:" in told())
    assert operator.wait_until_idle()
    assert owners(world, CRON_JOB, "trigger-db-prod-daily") == ["db"]
    assert world.phase(BACKUP_CONFIGURATION, "db-prod") == "NotReady"
    assert world.phase(BACKUP_CONFIGURATION, "db") == "Ready"


@pytest.mark.cluster
def test_rights_that_go_with_a_configuration_of_the_same_name_are_made_anew(world: World) -> None:
    """Its garbage is not collected yet: the new CronJob would be left without a ServiceAccount."""
    gone = {
        "apiVersion": BACKUP_CONFIGURATION.api_version,
        "kind": BACKUP_CONFIGURATION.kind,
        "name": "files",
        "uid": "00000000-0000-0000-0000-000000000000",
        "controller": True,
    }
    metadata = {"ownerReferences": [gone], "finalizers": ["kubestash.test/late"]}
    world.create("v1", "ServiceAccount", "trigger-files-daily", metadata=metadata)
    world.set_up()
    world.start()
    world.reaches(REPOSITORY, "files-repo", "Ready")  # the schedule was tried by then, too

    free = {"metadata": {"finalizers": None}}
    world.client.patch(SERVICE_ACCOUNT, world.key("trigger-files-daily"), free)

    world.reaches(BACKUP_CONFIGURATION, "files", "Ready")
    assert owners(world, SERVICE_ACCOUNT, "trigger-files-daily") == ["files"]


def owners(world: World, resource: Resource, name: str) -> list[str]:
    """Who made an object; nobody who is gone."""
    found = (world.get(resource, name) or {"metadata": {}})["metadata"]
    return [
        owner["name"]
        for owner in found.get("ownerReferences") or ()
        if not owner["uid"].startswith("0000")
    ]


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
