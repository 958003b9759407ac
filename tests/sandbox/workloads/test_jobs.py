"""Jobs and CronJobs of the sandbox end as real ones do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import CRON_JOB, JOB, POD
from kubectl_kubestash.sandbox.workloads import cron_job
from kubectl_kubestash.sandbox.workloads.job import decide
from tests.sandbox.node.world import status
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.sandbox.node.world import Namespace, Object

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


def template(script: str, **spec: Any) -> Object:
    container = {"name": "main", "image": "any", "command": ["sh", "-c", script]}
    pod = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, **spec}
    return {"template": {"spec": {"containers": [container], **pod}}}


def conditions(item: Object) -> dict[str, str]:
    """The conditions that hold, in order, with their reasons."""
    found = status(item).get("conditions") or ()
    return {each["type"]: each.get("reason", "") for each in found if each["status"] == "True"}


def ended(home: Namespace, name: str) -> Object:
    eventually(
        lambda: {"Complete", "Failed"} & set(conditions(home.get(JOB, name))),
        what=lambda: str(status(home.get(JOB, name))),
    )
    return home.get(JOB, name)


def test_a_job_that_succeeds_is_complete(home: Namespace) -> None:
    home.create(JOB, "good", spec=template("echo done"))
    job = ended(home, "good")
    reached = "CompletionsReached"
    assert conditions(job) == {"SuccessCriteriaMet": reached, "Complete": reached}
    assert status(job)["succeeded"] == 1
    assert status(job)["completionTime"]
    (pod,) = home.items(POD)
    assert pod["metadata"]["labels"]["job-name"] == "good"
    (owner,) = pod["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"]) == ("Job", job["metadata"]["uid"])
    uid = job["metadata"]["uid"]
    assert job["spec"]["selector"]["matchLabels"] == {"batch.kubernetes.io/controller-uid": uid}


def test_a_job_that_fails_is_tried_as_often_as_it_says(home: Namespace) -> None:
    home.create(JOB, "once", spec=template("exit 3") | {"backoffLimit": 0})
    limit = "BackoffLimitExceeded"
    assert conditions(ended(home, "once")) == {"FailureTarget": limit, "Failed": limit}
    assert status(home.get(JOB, "once"))["failed"] == 1


def test_a_job_ends_at_its_deadline(home: Namespace) -> None:
    home.create(JOB, "late", spec=template("sleep 1000") | {"activeDeadlineSeconds": 1})
    exceeded = "DeadlineExceeded"
    assert conditions(ended(home, "late")) == {"FailureTarget": exceeded, "Failed": exceeded}
    eventually(lambda: not home.items(POD))


def test_a_pod_that_is_taken_away_counts_as_failed(home: Namespace) -> None:
    home.create(JOB, "robbed", spec=template("sleep 1000") | {"backoffLimit": 0})
    eventually(lambda: status(home.get(JOB, "robbed")).get("ready") == 1)
    (pod,) = home.items(POD)
    home.client.delete(POD, home.key(pod["metadata"]["name"]))
    assert conditions(ended(home, "robbed"))["Failed"] == "BackoffLimitExceeded"


def job(**before: Any) -> Object:
    return {"spec": {"completions": 1, "parallelism": 1}, "status": before}


def pod(phase: str, *, at: datetime = NOW) -> Object:
    made = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {"name": "p", "uid": "u", "creationTimestamp": made}
    return {"metadata": metadata, "status": {"phase": phase}}


def test_the_next_try_waits_longer_each_time() -> None:
    ago = NOW - timedelta(seconds=15)
    assert decide(job(), [], NOW).create == 1
    assert decide(job(), [pod("Failed", at=NOW)], NOW).create == 0
    assert decide(job(), [pod("Failed", at=ago)], NOW).create == 1
    assert decide(job(failed=1), [pod("Failed", at=ago), pod("Failed", at=ago)], NOW).create == 0


def test_a_pod_that_went_without_a_word_is_a_failure_and_one_that_was_counted_is_not() -> None:
    assert decide(job(active=1), [], NOW).status["failed"] == 1
    assert decide(job(active=1), [pod("Running")], NOW).status["failed"] == 0
    assert decide(job(failed=1), [], NOW).status["failed"] == 1


def cron(schedule: str, *, minutes_ago: float, **spec: Any) -> Object:
    last = (NOW - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"spec": {"schedule": schedule, **spec}, "metadata": {"creationTimestamp": last}}


@pytest.mark.parametrize(
    ("schedule", "minutes_ago", "spec", "due"),
    [
        ("* * * * *", 3, {}, "12:00"),
        ("0 * * * *", 10, {}, "12:00"),
        ("5 * * * *", 10, {}, None),
        ("30 11 * * *", 60, {}, "11:30"),
        ("30 11 * * *", 60, {"startingDeadlineSeconds": 600}, None),
        ("0 13 * * *", 90, {"timeZone": "Europe/Berlin"}, "12:00"),
        ("not a schedule", 90, {}, None),
        ("* * * * *", 3, {"timeZone": "No/Where"}, None),
    ],
)
def test_the_newest_start_that_was_missed_is_due(
    schedule: str, minutes_ago: float, spec: Object, due: str | None
) -> None:
    found = cron_job.last_due(cron(schedule, minutes_ago=minutes_ago, **spec), NOW)
    assert (found and found.strftime("%H:%M")) == due


def start(home: Namespace, name: str, script: str, **spec: Any) -> None:
    """A CronJob that is due at once, and then not for a year."""
    schedule = {"schedule": "0 0 1 1 *", "suspend": True, **spec}
    home.create(CRON_JOB, name, spec=schedule | {"jobTemplate": {"spec": template(script)}})
    due_again(home, name)


def due_again(home: Namespace, name: str) -> None:
    now = datetime.now(UTC)
    last = (now - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    home.patch(CRON_JOB, name, {"status": {"lastScheduleTime": last}}, subresource="status")
    schedule = {"schedule": "* * * * *", "suspend": False}
    home.patch(CRON_JOB, name, {"spec": schedule})


def test_a_cron_job_starts_a_job_and_says_so(home: Namespace) -> None:
    start(home, "nightly", "echo done")

    def is_told() -> bool:
        said = status(home.get(CRON_JOB, "nightly")).get("lastScheduleTime")
        minute = int(datetime.fromisoformat(said).timestamp()) // 60 if said else 0
        return f"nightly-{minute}" in {job["metadata"]["name"] for job in home.items(JOB)}

    eventually(is_told)
    assert home.items(JOB)[0]["metadata"]["ownerReferences"][0]["kind"] == "CronJob"
    home.client.delete(CRON_JOB, home.key("nightly"))
    eventually(lambda: not home.items(JOB))


def test_a_job_that_still_runs_keeps_the_next_one_away_or_makes_room(home: Namespace) -> None:
    for name in ("forbid", "replace", "allow"):
        schedule = {"schedule": "0 0 1 1 *", "concurrencyPolicy": name.capitalize()}
        parts = {"jobTemplate": {"spec": template("echo done")}, "suspend": True}
        owner = home.create(CRON_JOB, name, spec=schedule | parts)
        reference = {"kind": "CronJob", "name": name, "uid": owner["metadata"]["uid"]}
        whose = {"ownerReferences": [{"apiVersion": "batch/v1", "controller": True, **reference}]}
        metadata = {"name": f"{name}-old", "namespace": home.name, **whose}
        body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata}
        home.client.create(JOB, body | {"spec": template("sleep 1000")})
        eventually(partial(_runs, home, f"{name}-old"))
        due_again(home, name)
    # They are looked at one after the other: what has become of the last tells of the others.
    eventually(lambda: _made(home, "allow"))
    eventually(lambda: "replace-old" not in {each["metadata"]["name"] for each in home.items(JOB)})
    eventually(lambda: _made(home, "replace"))
    assert not _made(home, "forbid")


def _runs(home: Namespace, name: str) -> bool:
    return bool(status(home.get(JOB, name)).get("active"))


def _made(home: Namespace, name: str) -> list[str]:
    names = [each["metadata"]["name"] for each in home.items(JOB)]
    return [each for each in names if each.startswith(f"{name}-") and not each.endswith("-old")]
