"""What objects say in numbers."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    RESTORE_SESSION,
    Resource,
)
from kubectl_kubestash.resolve.operator_metrics import HELP, MEASURED, family, samples

_CREATED = "2026-03-01T12:00:00Z"


def _values(resource: Resource, **fields: Any) -> dict[str, float]:
    """By name and labels, but for those that every object has."""
    raw = {
        "metadata": {"namespace": "demo", "name": "x", "creationTimestamp": _CREATED},
        **fields,
    }
    found = {}
    for what, labels, value in samples(resource, raw):
        assert labels[:2] == (("namespace", "demo"), ("name", "x"))
        shown = ",".join(f"{name}={text}" for name, text in labels[2:])
        found[f"{what}{{{shown}}}"] = value
    return found


@pytest.mark.parametrize("resource", MEASURED, ids=lambda resource: resource.kind)
def test_an_object_that_is_new_says_when_it_was_made_and_little_else(resource: Resource) -> None:
    values = _values(resource)

    assert values["created{}"] == 1772366400.0
    assert {name.partition("{")[0] for name in values} <= {"created", "info", "sessions"}


def test_names_are_those_that_dashboards_of_kubestash_know() -> None:
    assert family(BACKUP_SESSION, "phase") == "core_kubestash_com_backupsession_phase"
    assert family(REPOSITORY, "size_bytes") == "storage_kubestash_com_repository_size_bytes"
    assert set(HELP) >= {"created", "info", "phase", "conditions", "duration_seconds"}


def test_a_backup_says_its_phase_how_long_it_took_and_what_it_is_of() -> None:
    values = _values(
        BACKUP_SESSION,
        spec={"invoker": {"kind": "BackupConfiguration", "name": "files"}, "session": "daily"},
        status={
            "phase": "Succeeded",
            "duration": "1m5s",
            "totalSnapshots": 2,
            "conditions": [{"type": "MetricsPushed", "status": "True"}],
        },
    )

    assert values["phase{phase=Succeeded}"] == 1.0
    assert values["duration_seconds{}"] == 65.0
    assert values["snapshots{}"] == 2.0
    assert values["conditions{type=MetricsPushed,status=True}"] == 1.0
    info = "info{invoker_kind=BackupConfiguration,invoker_name=files,session=daily}"
    assert values[info] == 1.0


def test_a_storage_says_how_much_is_in_it_and_in_which_repository() -> None:
    values = _values(
        BACKUP_STORAGE,
        spec={"storage": {"provider": "s3"}, "deletionPolicy": "Delete"},
        status={
            "phase": "Ready",
            "totalSize": "1.500 KiB",
            "repositories": [{"name": "r", "namespace": "shop", "size": "13 B"}],
        },
    )

    assert values["size_bytes{}"] == 1536.0
    assert values["repository_size_bytes{repository=r,repository_namespace=shop}"] == 13.0
    assert values["info{provider=s3,deletion_policy=Delete}"] == 1.0


def test_a_repository_says_when_its_last_backup_was_and_how_many_there_are() -> None:
    status = {"lastBackupTime": _CREATED, "snapshotCount": 3, "size": "2.000 MiB"}
    values = _values(REPOSITORY, status=status)

    assert values["last_successful_backup{}"] == 1772366400.0
    assert values["snapshot_count_total{}"] == 3.0
    assert values["size_bytes{}"] == 2097152.0


def test_a_configuration_and_a_restore_say_what_they_have() -> None:
    assert _values(BACKUP_CONFIGURATION, spec={"sessions": [{}, {}]})["sessions{}"] == 2.0
    restore = _values(RESTORE_SESSION, status={"totalComponents": 2, "duration": "3s"})
    assert restore["component_count_total{}"] == 2.0
    assert restore["duration_seconds{}"] == 3.0


def test_what_cannot_be_read_is_left_out() -> None:
    status = {"totalSize": "much", "duration": "soon", "lastBackupTime": "yesterday"}

    for resource in MEASURED:
        names = {name.partition("{")[0] for name in _values(resource, status=status)}
        assert not names & {"size_bytes", "duration_seconds", "last_successful_backup"}
