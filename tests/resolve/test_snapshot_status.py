"""Phase, size and integrity of a Snapshot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kubectl_kubestash.resolve import snapshot_status

from .builders import conditions, parts

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


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
