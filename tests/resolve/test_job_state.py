"""How far a Job is, from the Job and its Pods; and where it must run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubectl_kubestash.resolve.job_state import JobState, job_state, newest_event
from kubectl_kubestash.resolve.volume_affinity import ClaimUse, claims_of, required_affinity

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
LONG_AGO = "2025-06-01T11:00:00Z"


def a_job(kind: str = "", **status: Any) -> dict[str, Any]:
    if kind:
        status["conditions"] = [{"type": kind, "status": "True", "message": "it says"}]
    container = {"name": "backup", "env": [{"name": "COMPONENT_NAME", "value": "dump"}]}
    return {
        "metadata": {
            "name": "j",
            "namespace": "demo",
            "uid": "u",
            "creationTimestamp": LONG_AGO,
        },
        "spec": {"template": {"spec": {"containers": [container]}}},
        "status": status,
    }


def a_pod(phase: str, *, deleted: str = "", **states: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": "p",
        "namespace": "demo",
        "uid": "pu",
        "creationTimestamp": LONG_AGO,
        "ownerReferences": [{"kind": "Job", "uid": "u"}],
    }
    if deleted:
        metadata["deletionTimestamp"] = deleted
    statuses = [{"name": name, "image": "ours:1", "state": state} for name, state in states.items()]
    return {
        "metadata": metadata,
        "spec": {"nodeName": "n1"},
        "status": {"phase": phase, "containerStatuses": statuses},
    }


RUNS: dict[str, Any] = {"running": {}}


def ended(code: int, **more: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed", **more}}


def look(job: dict[str, Any], *pods: dict[str, Any]) -> JobState:
    return job_state(job, pods, now=NOW)


@pytest.mark.parametrize(
    ("job", "pods", "phase", "reason"),
    [
        pytest.param(a_job(), [], "Pending", "it has no pod yet", id="new"),
        pytest.param(a_job(active=1), [], "Pending", "its pod is gone", id="its pod is gone"),
        pytest.param(a_job(), [a_pod("Running", backup=RUNS)], "Running", "", id="runs"),
        pytest.param(a_job("Complete"), [], "Succeeded", "", id="complete"),
        pytest.param(
            a_job("Complete"),
            [a_pod("Running", backup=RUNS)],
            "Running",
            "",
            id="complete, but what its pod left has not been heard yet",
        ),
        pytest.param(
            a_job("Complete"),
            [a_pod("Running", deleted=NOW.isoformat(), backup=RUNS)],
            "Succeeded",
            "",
            id="complete, and a second pod is on its way out",
        ),
        pytest.param(a_job("Failed"), [], "Failed", "it says", id="failed, no pod left"),
        pytest.param(
            a_job("Failed"),
            [a_pod("Failed", backup=ended(137, reason="OOMKilled"))],
            "Failed",
            "container backup exited with 137. Reason: OOMKilled",
            id="killed for memory",
        ),
        pytest.param(
            a_job(),
            [a_pod("Unknown", backup=RUNS)],
            "Failed",
            "the state of pod p is unknown",
            id="unknown",
        ),
        pytest.param(
            a_job(),
            [a_pod("Running", deleted=LONG_AGO, backup=RUNS)],
            "Failed",
            "pod p was deleted, but its node does not confirm it",
            id="deleted, but still said to run",
        ),
        pytest.param(
            a_job(),
            [a_pod("Running", backup=ended(0), proxy=RUNS)],
            "Succeeded",
            "",
            id="only an injected proxy still runs",
        ),
        pytest.param(
            a_job(),
            [a_pod("Pending", backup={"waiting": {"reason": "ErrImagePull", "message": "no"}})],
            "Pending",
            "ErrImagePull: no",
            id="image missing",
        ),
    ],
)
def test_the_state_of_a_job(
    job: dict[str, Any], pods: list[dict[str, Any]], phase: str, reason: str
) -> None:
    state = look(job, *pods)

    assert (state.phase, state.reason) == (phase, reason)


def test_ff_4_3_a_pod_whose_node_is_silent_counts_as_failed_after_a_while() -> None:
    pod = a_pod("Running", backup=RUNS)
    silent = (NOW - timedelta(minutes=5)).isoformat()
    pod["status"]["conditions"] = [
        {"type": "ContainersReady", "status": "True"},
        {"type": "Ready", "status": "False", "lastTransitionTime": silent},
    ]

    assert look(a_job(), pod).reason == "node n1 of pod p does not answer"


def test_a_job_that_waits_says_since_when_and_for_which_image() -> None:
    waiting = {"waiting": {"reason": "ImagePullBackOff"}}

    state = look(a_job(), a_pod("Pending", backup=waiting))

    assert state.waiting_since == datetime(2025, 6, 1, 11, tzinfo=UTC)
    assert (state.missing_image, state.component) == ("ours:1", "dump")


def test_termination_messages_of_all_pods_are_kept_the_newest_first() -> None:
    old, new = (
        a_pod("Failed", backup=ended(1, message="old")),
        a_pod("Failed", backup=ended(1, message="new")),
    )
    new["metadata"]["creationTimestamp"] = "2025-06-01T11:30:00Z"

    assert look(a_job("Failed"), old, new).messages == ("new", "old")


def test_pods_of_other_jobs_do_not_count() -> None:
    pod = a_pod("Running", backup=RUNS)
    pod["metadata"]["ownerReferences"] = [{"kind": "Job", "uid": "another"}]

    assert look(a_job(), pod).phase == "Pending"


def test_the_newest_warning_is_the_cause() -> None:
    def event(kind: str, reason: str, at: str) -> dict[str, Any]:
        return {"type": kind, "reason": reason, "message": "m", "lastTimestamp": at, "metadata": {}}

    events = [
        event("Warning", "FailedCreate", "2025-06-01T11:00:00Z"),
        event("Warning", "FailedScheduling", "2025-06-01T11:01:00Z"),
        event("Normal", "Scheduled", "2025-06-01T11:02:00Z"),
    ]

    assert newest_event(events) == "FailedScheduling: m"
    assert newest_event([]) == ""


def user_pod(claim: str, node: str, phase: str = "Running") -> dict[str, Any]:
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": claim}}
    return {"spec": {"nodeName": node, "volumes": [volume]}, "status": {"phase": phase}}


def claim(*modes: str) -> dict[str, Any]:
    return {"spec": {"accessModes": list(modes)}}


def test_ff_7_3_a_volume_of_one_node_is_where_its_consumer_is() -> None:
    use = ClaimUse.of("data", claim("ReadWriteOnce"), [user_pod("data", "n2")])

    affinity = required_affinity([use])

    required = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    fields = required["nodeSelectorTerms"][0]["matchFields"]
    assert fields == [{"key": "metadata.name", "operator": "In", "values": ["n2"]}]


@pytest.mark.parametrize(
    ("modes", "pods"),
    [
        pytest.param(("ReadWriteOnce",), [], id="nobody uses it"),
        pytest.param(("ReadWriteMany",), [user_pod("data", "n2")], id="it can be shared"),
        pytest.param(("ReadWriteOnce",), [user_pod("other", "n2")], id="another claim"),
        pytest.param(
            ("ReadWriteOnce",), [user_pod("data", "n2", "Succeeded")], id="its consumer has ended"
        ),
    ],
)
def test_a_volume_that_binds_to_no_node_leaves_the_choice(
    modes: tuple[str, ...], pods: list[dict[str, Any]]
) -> None:
    assert required_affinity([ClaimUse.of("data", claim(*modes), pods)]) == {}


def test_the_claims_of_a_job_are_those_of_its_volumes() -> None:
    job = {"spec": {"template": user_pod("data", "")}}

    assert claims_of(job) == {"data"}
