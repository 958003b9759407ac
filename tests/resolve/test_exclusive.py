from __future__ import annotations

import pytest

from kubectl_kubestash.api.resources import ObjectKey
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
