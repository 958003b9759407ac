"""Runs of so many parts that what is recorded of them comes near what etcd takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, JOB, SNAPSHOT
from kubectl_kubestash.resolve import object_size, snapshot_status
from kubectl_kubestash.runner.content import Outcome
from tests.waiting import eventually

from .test_workload_targets import TASK, workload

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster

SOURCE = "/var/lib/data"
SPEC = {
    "snapshotID": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "type": "FullBackup",
    "version": "v1",
    "repository": "files-repo",
    "session": "daily",
    "backupSession": "files-daily-1",
    "deletionPolicy": "Delete",
}


def most_that_fit(name: str) -> list[str]:
    """As many components as are no objection."""
    low, high = 1, 5000
    while low < high:
        middle = (low + high + 1) // 2
        names = [name.format(number) for number in range(middle)]
        places = {each: snapshot_status.component_path("daily", each) for each in names}
        low, high = (low, middle - 1) if object_size.objection(places, [SOURCE]) else (middle, high)
    return [name.format(number) for number in range(low)]


def ended(name: str, among: int) -> dict[str, object]:
    """A component about which everything is told, and an error of the longest kind as well."""
    outcome = Outcome(snapshot_status.component_path("daily", name), "a" * 64, "b" * 64, ended=True)
    summary = {
        "id": "c" * 64,
        "hostPath": SOURCE,
        "size": "1023.999 GiB",
        "uploaded": "1023.999 GiB",
        "files": 123_456_789,
        "bytes": 1_234_567_890_123,
        "startTime": "2026-11-22T00:00:00Z",
        "endTime": "2026-11-22T00:00:00Z",
    }
    outcome.stats, outcome.size, outcome.integrity = [{"summary": summary}], "1023.999 GiB", True
    taken = object_size.component_size(name, outcome.path, [SOURCE])
    outcome.error = object_size.fitting_error("<é" * 2000, among=among, taken=taken)
    claim = {"pod": "p" * 69, "uid": "0" * 36, "node": "n" * 253}
    return {**outcome.status(), "claim": claim, "duration": "123456.789s"}


def test_as_many_components_as_are_no_objection_are_stored(world: World) -> None:
    names = most_that_fit("dump-pod-{}")
    world.create("storage.kubestash.com/v1alpha1", "Snapshot", "s", spec=SPEC)
    first = snapshot_status.initial(names, session="daily", now=datetime.now(UTC))
    world.set_status(SNAPSHOT, "s", first)

    half = len(names) // 2
    for part in (names[:half], names[half:]):
        told = {each: ended(each, len(names)) for each in part}
        world.set_status(SNAPSHOT, "s", {"components": told})

    found = world.get(SNAPSHOT, "s")
    assert found is not None
    assert {part["phase"] for part in found["status"]["components"].values()} == {"Failed"}
    assert len(found["status"]["components"]) == len(names) > 1000


def test_a_run_that_is_too_large_is_refused_before_its_jobs_are_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_size, "ROOM", 3000)  # Three components, instead of a thousand.
    workload(world, replicas=3)
    addon = {"addon": {"name": "workload-addon", "tasks": [TASK]}}
    target = {"apiGroup": "apps", "kind": "StatefulSet", "name": "db", "namespace": world.namespace}
    world.set_up(target=target, session=addon)
    world.start()

    run = eventually(lambda: world.names(BACKUP_SESSION))[0]
    world.reaches(BACKUP_SESSION, run, "Failed")

    said = world.condition(BACKUP_SESSION, run, "SnapshotsEnsured")
    assert said["status"] == "False"
    assert "The Snapshot would have 3 components" in said["message"]
    assert world.names(SNAPSHOT) == []
    assert not [name for name in world.names(JOB) if name.startswith("files-daily")]
    assert world.phase(BACKUP_CONFIGURATION, "files") == "Ready"
