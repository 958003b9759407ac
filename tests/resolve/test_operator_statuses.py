"""Phases and figures of Snapshots, Repositories, storages, configurations and restores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve import (
    configuration_status,
    exclusive,
    repository_status,
    snapshot_status,
    storage_status,
)
from kubectl_kubestash.resolve import restore_session as restores
from kubectl_kubestash.resolve.job_state import JobState

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def conditions(**statuses: bool) -> list[dict[str, str]]:
    return [
        {"type": kind, "status": str(status), "message": f"{kind} it is."}
        for kind, status in statuses.items()
    ]


def parts(*phases: str, **fields: Any) -> dict[str, dict[str, Any]]:
    return {f"dump-{n}": {"phase": phase, **fields} for n, phase in enumerate(phases)}


@pytest.mark.parametrize(
    ("phases", "total", "expected"),
    [
        pytest.param((), 1, "Pending", id="none yet"),
        pytest.param(("Running",), 1, "Running", id="runs"),
        pytest.param(("Succeeded",), 2, "Running", id="one of two is missing"),
        pytest.param(("Succeeded", "Succeeded"), 2, "Succeeded", id="all"),
        pytest.param(("Succeeded", "Failed"), 2, "Failed", id="one failed"),
        pytest.param(("Running", "Failed"), 2, "Failed", id="one failed while another runs"),
    ],
)
def test_the_phase_of_components(phases: tuple[str, ...], total: int, expected: str) -> None:
    status = {"components": parts(*phases), "totalComponents": total}

    assert snapshot_status.components_phase(status) == expected


@pytest.mark.parametrize(
    ("recorded", "components", "expected"),
    [
        pytest.param({}, (), "Pending", id="new"),
        pytest.param({}, ("Succeeded",), "Running", id="not before its metadata is uploaded"),
        pytest.param(
            {"SnapshotMetadataUploaded": True}, ("Succeeded",), "Succeeded", id="uploaded"
        ),
        pytest.param({"SnapshotMetadataUploaded": True}, ("Failed",), "Failed", id="failed"),
        pytest.param(
            {"SnapshotMetadataUploaded": False}, ("Succeeded",), "Failed", id="not uploaded"
        ),
        pytest.param({"BackupIncomplete": True}, ("Running",), "Failed", id="incomplete"),
        pytest.param(
            {"RecentSnapshotListUpdated": False}, ("Running",), "Failed", id="list not updated"
        ),
    ],
)
def test_the_phase_of_a_snapshot(
    recorded: dict[str, bool], components: tuple[str, ...], expected: str
) -> None:
    status = {
        "conditions": conditions(**recorded),
        "components": parts(*components),
        "totalComponents": len(components),
    }

    assert snapshot_status.phase(status) == expected


def test_size_and_integrity_wait_for_every_restic_component() -> None:
    some = {"components": {"a": {"size": "1.500 MiB", "integrity": True}, "b": {}}}
    both = {
        "components": {
            "a": {"size": "1.500 MiB", "integrity": True},
            "b": {"size": "1.500 MiB", "integrity": False},
        }
    }

    assert (snapshot_status.size(some), snapshot_status.integrity(some)) == ("", None)
    assert (snapshot_status.size(both), snapshot_status.integrity(both)) == ("3.000 MiB", False)


def test_a_new_snapshot_knows_its_components_before_they_start() -> None:
    status = snapshot_status.initial(["dump", "manifest"], session="daily", now=NOW)

    assert status["totalComponents"] == 2
    assert status["components"]["dump"] == {
        "phase": "Pending",
        "path": "repository/v1/daily/dump",
    }
    assert status["snapshotTime"] == "2025-06-01T12:00:00Z"


def test_an_incomplete_backup_fails_what_has_not_ended_and_keeps_what_has() -> None:
    status = {"components": {"a": {"phase": "Succeeded"}, "b": {"phase": "Running"}}}

    changes = snapshot_status.incomplete(status, "it died", now=NOW)

    assert changes["components"] == {"b": {"phase": "Failed", "error": "it died"}}
    assert changes["phase"] == "Failed"


def snapshot(name: str, hour: int, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {"session": "daily"},
        "status": {
            "phase": "Succeeded",
            "snapshotTime": f"2025-06-01T{hour:02}:00:00Z",
            "components": {
                "dump": {"path": "p", "size": "1.500 MiB", "integrity": True, "repositoryID": "r"}
            },
            **status,
        },
    }


def test_a_repository_lists_its_five_newest_snapshots_oldest_first() -> None:
    found = [snapshot(f"s{hour}", hour) for hour in (7, 3, 5, 1, 6, 2, 4)]

    figures = repository_status.figures(found, {})

    assert [entry["name"] for entry in figures["recentSnapshots"]] == ["s3", "s4", "s5", "s6", "s7"]
    assert figures["snapshotCount"] == 7
    assert figures["lastBackupTime"] == "2025-06-01T07:00:00Z"
    assert figures["componentPaths"] == ["p"]
    assert figures["resticRepositories"] == {"p": "r"}
    assert figures["size"] == "1.500 MiB"


def test_a_measured_size_wins_over_a_recorded_one_and_that_over_a_sum() -> None:
    found = [snapshot("s1", 1)]

    measured = repository_status.figures(found, {"size": "9.000 MiB"}, size=3 << 20)["size"]
    recorded = repository_status.figures(found, {"size": "9.000 MiB"})["size"]

    assert (measured, recorded) == ("3.000 MiB", "9.000 MiB")


def test_a_failed_snapshot_is_not_the_last_backup() -> None:
    found = [snapshot("good", 1), snapshot("bad", 2, phase="Failed")]

    assert repository_status.figures(found, {})["lastBackupTime"] == "2025-06-01T01:00:00Z"


def test_paths_that_were_ever_seen_stay() -> None:
    figures = repository_status.figures([], {"componentPaths": ["old"]})

    assert figures["componentPaths"] == ["old"]
    assert "lastBackupTime" not in figures


def test_places_that_no_snapshot_names_any_more_do_not_pile_up_for_ever() -> None:
    """Nodes come and go, and each was a place of its own for a DaemonSet."""
    paths = [f"node-{number:04}" for number in range(500)]
    recorded = {
        "componentPaths": ["p", *paths],
        "resticRepositories": dict.fromkeys(["p", *paths], "r"),
        "resticConfigs": dict.fromkeys(paths, "c"),
    }

    figures = repository_status.figures([snapshot("s1", 1)], recorded)

    assert len(figures["componentPaths"]) == repository_status.FORMER + 1
    assert "p" in figures["componentPaths"]
    kept = {path: found for path, found in figures["resticRepositories"].items() if found}
    assert set(kept) == set(figures["componentPaths"])
    assert figures["resticConfigs"]["node-0499"] is None


def test_ff_3_7_another_restic_repository_at_the_same_path_is_told() -> None:
    recorded = {"resticRepositories": {"p": "other"}}

    assert "was other before" in repository_status.differing_identity(recorded, snapshot("s", 1))
    assert repository_status.differing_identity({}, snapshot("s", 1)) == ""


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        pytest.param({}, "NotReady", id="new"),
        pytest.param({"BackendInitialized": True}, "Ready", id="without a Secret"),
        pytest.param(
            {"BackendSecretFound": True, "BackendInitialized": True}, "Ready", id="with a Secret"
        ),
        pytest.param(
            {"BackendSecretFound": False, "BackendInitialized": True}, "NotReady", id="Secret gone"
        ),
        pytest.param(
            {"BackendSecretFound": True, "BackendInitialized": False}, "NotReady", id="failed"
        ),
    ],
)
def test_the_phase_of_a_storage(recorded: dict[str, bool], expected: str) -> None:
    assert storage_status.phase(conditions(**recorded)) == expected


def test_a_storage_lists_repositories_and_keeps_those_that_failed_to_come_back() -> None:
    found = [
        {
            "metadata": {"name": "b", "namespace": "demo"},
            "spec": {"path": "/b"},
            "status": {"phase": "Ready", "size": "2.000 MiB"},
        }
    ]
    reported = [
        {"name": "b", "namespace": "demo", "path": "/b", "error": "old"},
        {"name": "a", "namespace": "gone", "path": "/a", "error": "no such namespace"},
        {"name": "c", "namespace": "demo", "path": "/c"},
    ]

    listed = storage_status.repositories(found, reported)

    assert [(entry["name"], entry["synced"]) for entry in listed] == [("b", True), ("a", False)]
    assert storage_status.total_size(listed) == "2.000 MiB"


def test_a_new_secret_or_a_new_address_changes_the_digest() -> None:
    spec = {"provider": "s3"}
    secret = {"metadata": {"resourceVersion": "1"}}
    newer = {"metadata": {"resourceVersion": "2"}}

    digests = {
        storage_status.inputs_digest(spec, secret),
        storage_status.inputs_digest(spec, newer),
        storage_status.inputs_digest(spec, None),
        storage_status.inputs_digest({"provider": "gcs"}, secret),
    }

    assert len(digests) == 4


GOOD = {
    "targetFound": True,
    "backends": [{"ready": True}],
    "sessions": [{"name": "daily", "conditions": conditions(SchedulerEnsured=True)}],
    "conditions": conditions(ValidationPassed=True),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "Ready", id="all there"),
        pytest.param({"conditions": conditions(ValidationPassed=False)}, "Invalid", id="invalid"),
        pytest.param({"targetFound": False}, "NotReady", id="no target"),
        pytest.param({"targetFound": None}, "NotReady", id="target not looked for"),
        pytest.param({"backends": [{"ready": False}]}, "NotReady", id="backend not ready"),
        pytest.param({"backends": []}, "NotReady", id="backend not looked at"),
        pytest.param(
            {"sessions": [{"conditions": conditions(SchedulerEnsured=False)}]},
            "NotReady",
            id="no scheduler",
        ),
    ],
)
def test_the_phase_of_a_configuration(changes: dict[str, Any], expected: str) -> None:
    assert configuration_status.phase({**GOOD, **changes}, backends=1, sessions=1) == expected


def test_what_keeps_a_configuration_from_being_ready_is_named() -> None:
    entry = configuration_status.backend_entry(
        "s3", (ObjectKey("demo", "store"), None), (ObjectKey("demo", "keep"), True)
    )
    status = {"targetFound": True, "backends": [entry]}

    reason = configuration_status.not_ready_because(status)

    assert reason == "BackupStorage demo/store does not exist."
    assert entry["ready"] is False


def a_job(name: str, component: str, repositories: str, *, ended: bool = False) -> dict[str, Any]:
    status = {"conditions": [{"type": "Complete", "status": "True"}]} if ended else {}
    return {
        "metadata": {
            "namespace": "demo",
            "name": name,
            "labels": {"app.kubernetes.io/component": component},
            "annotations": {"kubestash.com/repositories": repositories},
        },
        "status": status,
    }


FINISH, BACKUP = "kubestash-retention-policy", "kubestash-backup"


@pytest.mark.parametrize(
    ("wanted", "there", "blocked"),
    [
        pytest.param((BACKUP, "demo/a"), (BACKUP, "demo/a"), False, id="two backups"),
        pytest.param((BACKUP, "demo/a"), (FINISH, "demo/a"), True, id="backup beside retention"),
        pytest.param((FINISH, "demo/a"), (BACKUP, "demo/a"), True, id="retention beside backup"),
        pytest.param((FINISH, "demo/a"), (FINISH, "demo/a"), True, id="two retentions"),
        pytest.param((FINISH, "demo/a"), (BACKUP, "demo/b"), False, id="another Repository"),
        pytest.param(
            (FINISH, "demo/a"), (BACKUP, "demo/b,demo/a"), True, id="one of several Repositories"
        ),
    ],
)
def test_exclusive_work_never_meets_a_backup(
    wanted: tuple[str, str], there: tuple[str, str], blocked: bool
) -> None:
    new, old = a_job("new", *wanted), a_job("old", *there)

    assert bool(exclusive.in_the_way(new, [old])) is blocked
    assert exclusive.in_the_way(new, [a_job("old", *there, ended=True)]) == []
    assert exclusive.in_the_way(old, [old]) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, "Pending", id="new"),
        pytest.param({"conditions": conditions(ValidationPassed=False)}, "Invalid", id="invalid"),
        pytest.param(
            {"conditions": conditions(ValidationPassed=True)}, "Pending", id="judged good"
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreExecutorEnsured=True),
                "components": parts("Pending"),
                "totalComponents": 1,
            },
            "Running",
            id="Jobs are there",
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreExecutorEnsured=True, MetricsPushed=True),
                "components": parts("Succeeded"),
                "totalComponents": 1,
            },
            "Succeeded",
            id="good end",
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreIncomplete=True, MetricsPushed=True),
                "components": parts("Succeeded"),
                "totalComponents": 1,
            },
            "Failed",
            id="incomplete",
        ),
        pytest.param(
            {
                "conditions": conditions(MetricsPushed=True),
                "components": parts("Unknown", "Succeeded"),
                "totalComponents": 2,
            },
            "Unknown",
            id="unknown",
        ),
    ],
)
def test_the_phase_of_a_restore(status: dict[str, Any], expected: str) -> None:
    assert restores.phase(status) == expected


@pytest.mark.parametrize(
    ("status", "jobs", "expected"),
    [
        pytest.param({}, [], restores.Step.PREPARE, id="new"),
        pytest.param(
            {"conditions": conditions(ValidationPassed=False)},
            [],
            restores.Step.PREPARE,
            id="invalid ones are judged again",
        ),
        pytest.param(
            {"conditions": conditions(ValidationPassed=True)},
            [],
            restores.Step.LAUNCH,
            id="judged good",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
            },
            ["Running"],
            restores.Step.OBSERVE,
            id="runs",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
            },
            ["Failed"],
            restores.Step.COLLECT,
            id="the Job has ended without a result",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Succeeded"),
            },
            ["Running"],
            restores.Step.CONCLUDE,
            id="all is reported",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
                "restoreDeadline": "2025-06-01T11:59:59Z",
            },
            ["Running"],
            restores.Step.EXPIRE,
            id="too late",
        ),
    ],
)
def test_the_next_step_of_a_restore(
    status: dict[str, Any], jobs: list[str], expected: restores.Step
) -> None:
    states = [JobState(name="j", namespace="demo", phase=phase) for phase in jobs]

    assert restores.next_step(status, states, now=NOW) is expected
