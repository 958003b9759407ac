"""Which Jobs keep each other from starting, and which Snapshots a restore reads."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve import exclusive
from kubectl_kubestash.resolve.exclusive import snapshots_read

ON_RECORD = [
    {"kind": "Snapshot", "name": "repo-1", "namespace": "infra", "found": True},
    {"kind": "Snapshot", "name": "repo-2"},
    {"kind": "Addon", "name": "pvc-addon", "found": True},
    {"kind": "Snapshot", "found": False},
]


@pytest.mark.parametrize("phase", ["", "Pending", "Running"])
def test_a_restore_reads_the_snapshots_that_are_on_record(phase: str) -> None:
    session = {
        "metadata": {"namespace": "demo"},
        "status": {"phase": phase, "dependencies": ON_RECORD},
    }
    assert snapshots_read(session) == [ObjectKey("infra", "repo-1"), ObjectKey("demo", "repo-2")]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Invalid"])
def test_one_that_has_ended_reads_none(phase: str) -> None:
    session = {
        "metadata": {"namespace": "demo"},
        "status": {"phase": phase, "dependencies": ON_RECORD},
    }
    assert snapshots_read(session) == []


def test_one_that_nobody_has_judged_reads_none() -> None:
    assert snapshots_read({"metadata": {"namespace": "demo"}}) == []


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
RESTORE = "kubestash-restore"


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


def test_only_a_restore_is_believed_to_work_in_another_namespace() -> None:
    """Who may make Jobs in one namespace shall not hold up the backups of another."""
    finish = a_job("finish", FINISH, "shop/files")
    of_another_namespace = "shop/files,demo/files"

    assert exclusive.in_the_way(finish, [a_job("forged", BACKUP, of_another_namespace)]) == []
    assert exclusive.in_the_way(finish, [a_job("forged", FINISH, of_another_namespace)]) == []

    cleanup = {**finish, "metadata": {**finish["metadata"], "namespace": "shop"}}
    reading = a_job("reading", RESTORE, of_another_namespace)
    assert exclusive.in_the_way(cleanup, [reading]) == ["demo/reading"]
    assert exclusive.in_the_way(cleanup, [a_job("forged", BACKUP, of_another_namespace)]) == []
