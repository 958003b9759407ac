"""Phase, Repositories and size of a BackupStorage."""

from __future__ import annotations

import pytest

from kubectl_kubestash.resolve import storage_status

from .builders import conditions


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
