"""What a CronJob's pod does: one BackupSession for one due time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION
from kubectl_kubestash.errors import Refused, UsageError
from kubectl_kubestash.resolve.image import Image
from kubectl_kubestash.resolve.trigger_cron_job import trigger_cron_job
from kubectl_kubestash.runner.surroundings import Surroundings
from kubectl_kubestash.runner.trigger_backup import TriggerBackup, due_time

if TYPE_CHECKING:
    from .world import World

NOW = datetime(2026, 1, 1, 12, 0, 40, tzinfo=UTC)
JOB = "trigger-config-daily-29454480"
DUE = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def trigger(world: World, *, session: str = "daily", job: str = JOB, name: str = "config") -> bool:
    key = world.key(name)
    return TriggerBackup(
        world.client, "BackupConfiguration", key, session, job, world.lines.append, lambda: NOW
    ).run()


def test_the_name_is_made_from_the_time_that_was_due(world: World) -> None:
    retry = {
        "spec": {
            "sessions": [{"name": "daily", "retryConfig": {"maxRetry": 2}, "backupTimeout": "1h"}]
        }
    }
    world.client.patch(BACKUP_CONFIGURATION, world.key("config"), retry)

    assert trigger(world)

    [session] = world.client.list(BACKUP_SESSION, "demo")
    assert session["metadata"]["name"] == f"config-daily-{int(DUE.timestamp())}"
    assert session["metadata"]["labels"] == {"kubestash.com/invoker-name": "config"}
    assert session["metadata"]["ownerReferences"][0]["name"] == "config"
    assert session["spec"]["retryLeft"] == 2
    assert session["spec"]["backupTimeout"] == "1h"


def test_a_second_pod_for_the_same_due_time_makes_nothing(world: World) -> None:
    assert trigger(world)
    assert trigger(world)

    assert len(world.client.list(BACKUP_SESSION, "demo")) == 1
    assert "it was started for the same due time" in world.lines[-1]


def test_a_namesake_of_another_configuration_is_not_taken_for_this_run(world: World) -> None:
    """`db` + `prod-daily` and `db-prod` + `daily` make the same name: one would never be run."""
    sessions = {"spec": {"sessions": [{"name": "prod-daily"}]}}
    world.client.patch(BACKUP_CONFIGURATION, world.key("config"), sessions)
    world.create(BACKUP_CONFIGURATION, "config-prod", spec={"sessions": [{"name": "daily"}]})
    assert trigger(world, session="prod-daily")

    with pytest.raises(Refused, match=r"a run of session 'prod-daily' of .* config, so this run"):
        trigger(world, session="daily", name="config-prod")


def test_ff_5_3_the_job_of_a_schedule_tells_its_pods_the_due_time() -> None:
    raw = {
        "metadata": {"name": "config", "namespace": "demo", "uid": "u"},
        "spec": {"sessions": [{"name": "daily", "scheduler": {"schedule": "@daily"}}]},
    }
    config = BackupConfiguration.model_validate(raw)
    made = trigger_cron_job(config, config.spec.sessions[0], image=Image.parse("any:1"))
    [container] = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    fields = {"metadata.labels['job-name']": JOB}  # as the Job controller marks its pods

    seen = {
        entry["name"]: fields.get(entry["valueFrom"]["fieldRef"]["fieldPath"], "")
        for entry in container["env"]
    }

    assert due_time(Surroundings.read(seen).job, NOW) == DUE


def test_a_session_that_does_not_exist_is_named_with_those_that_do(world: World) -> None:
    with pytest.raises(UsageError, match="has no session 'weekly'; it has daily"):
        trigger(world, session="weekly")


def test_a_paused_configuration_starts_nothing(world: World) -> None:
    world.client.patch(BACKUP_CONFIGURATION, world.key("config"), {"spec": {"paused": True}})

    assert trigger(world)

    assert world.client.list(BACKUP_SESSION, "demo") == []


@pytest.mark.parametrize(
    "job",
    [
        pytest.param("", id="no job"),
        pytest.param("by-hand", id="made by hand"),
        pytest.param("by-hand-12345678", id="digits of another meaning"),
    ],
)
def test_any_other_job_runs_as_of_now(job: str) -> None:
    assert due_time(job, NOW) == NOW
