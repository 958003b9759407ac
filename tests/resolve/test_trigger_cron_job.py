from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.resolve.trigger_cron_job import service_account, trigger_cron_job

from .builders import IMAGE, configuration, session_spec


def _cron_job(*, paused: bool = False, **scheduler: Any) -> dict[str, Any]:
    spec = session_spec(scheduler={"schedule": "*/5 * * * *", "jobTemplate": {}, **scheduler})
    config = configuration(spec, paused=paused)
    return trigger_cron_job(config, config.spec.sessions[0], image=IMAGE)


def _pod(cron_job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


def test_the_cron_job_belongs_to_the_configuration() -> None:
    metadata = _cron_job()["metadata"]
    assert metadata["name"] == "trigger-files-hourly"
    assert metadata["namespace"] == "demo"
    assert metadata["labels"] == {"app.kubernetes.io/managed-by": "kubestash.com"}
    assert metadata["ownerReferences"] == [
        {
            "apiVersion": "core.kubestash.com/v1alpha1",
            "kind": "BackupConfiguration",
            "name": "files",
            "uid": "uid-files",
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def test_what_the_scheduler_leaves_out_has_a_default() -> None:
    spec = _cron_job()["spec"]
    assert {name: value for name, value in spec.items() if name != "jobTemplate"} == {
        "schedule": "*/5 * * * *",
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "startingDeadlineSeconds": 3600,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    }


def test_what_the_scheduler_says_is_copied() -> None:
    said: dict[str, Any] = {
        "concurrencyPolicy": "Forbid",
        "suspend": True,
        "startingDeadlineSeconds": 0,
        "successfulJobsHistoryLimit": 0,
        "failedJobsHistoryLimit": 10,
    }
    spec = _cron_job(**said)["spec"]
    assert {name: spec[name] for name in said} == said


def test_ff_5_1_an_hour_of_minutely_starts_is_less_than_a_hundred() -> None:
    """A CronJob that finds more than 100 missed starts in its window never starts again."""
    assert _cron_job()["spec"]["startingDeadlineSeconds"] / 60 < 100


@pytest.mark.parametrize(
    ("paused", "suspend", "expected"),
    [(False, False, False), (True, False, True), (False, True, True), (True, None, True)],
)
def test_a_paused_configuration_suspends_it(paused: bool, suspend: Any, expected: bool) -> None:
    assert _cron_job(paused=paused, suspend=suspend)["spec"]["suspend"] is expected


def test_the_trigger_runs_our_image() -> None:
    pod = _pod(_cron_job())
    (main,) = pod["containers"]
    assert main["name"] == "trigger"
    assert main["image"] == str(IMAGE)
    assert main["args"] == [
        "trigger-backup",
        "--namespace=demo",
        "--invoker-kind=BackupConfiguration",
        "--invoker-name=files",
        "--session-name=hourly",
    ]
    assert pod["restartPolicy"] == "Never"
    assert pod["serviceAccountName"] == "trigger-files-hourly"
    assert "volumes" not in pod


def test_ff_5_3_the_trigger_learns_from_its_job_which_run_was_due() -> None:
    """Without it each pod of the Job would make a run of its own."""
    (main,) = _pod(_cron_job())["containers"]
    env = {entry["name"]: entry for entry in main["env"]}
    assert env["JOB_NAME"]["valueFrom"] == {
        "fieldRef": {"fieldPath": "metadata.labels['job-name']"}
    }


def test_the_template_of_the_scheduler_reaches_job_and_pod() -> None:
    template = {
        "metadata": {"labels": {"team": "a"}},
        "spec": {"serviceAccountName": "mine", "nodeSelector": {"disk": "fast"}},
    }
    cron_job = _cron_job(jobTemplate={"backoffLimit": 1, "template": template})
    job = cron_job["spec"]["jobTemplate"]["spec"]
    assert job["backoffLimit"] == 1
    assert job["template"]["metadata"]["labels"] == {
        "team": "a",
        "app.kubernetes.io/managed-by": "kubestash.com",
    }
    assert _pod(cron_job)["serviceAccountName"] == "mine"
    assert _pod(cron_job)["nodeSelector"] == {"disk": "fast"}


def test_ff_7_4_a_trigger_that_cannot_start_ends() -> None:
    job = _cron_job()["spec"]["jobTemplate"]["spec"]
    assert job["activeDeadlineSeconds"] == 600
    job = _cron_job(jobTemplate={"activeDeadlineSeconds": 5})["spec"]["jobTemplate"]["spec"]
    assert job["activeDeadlineSeconds"] == 5


def test_the_account_is_known_beforehand() -> None:
    template = {"spec": {"serviceAccountName": "mine"}}
    scheduler = {"schedule": "@daily", "jobTemplate": {"template": template}}
    config = configuration(session_spec(scheduler=scheduler))
    assert service_account(config.spec.sessions[0], "trigger-x") == "mine"
    assert service_account(configuration().spec.sessions[0], "trigger-x") == "trigger-x"


def test_a_session_without_a_schedule_has_no_cron_job() -> None:
    config = configuration(session_spec(scheduler=None))
    with pytest.raises(ValueError, match="no scheduler"):
        trigger_cron_job(config, config.spec.sessions[0], image=IMAGE)


def test_ff_10_2_a_long_name_leaves_room_for_the_jobs() -> None:
    config = configuration(session_spec("s" * 60), name="c" * 60)
    cron_job = trigger_cron_job(config, config.spec.sessions[0], image=IMAGE)
    assert len(cron_job["metadata"]["name"]) <= 52
