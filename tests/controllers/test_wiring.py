"""Who is looked at when something changes; no API server needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    CRON_JOB,
    JOB,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.controllers.indexes import INDEXES
from kubectl_kubestash.controllers.manager import Item
from kubectl_kubestash.controllers.wiring import is_known, wishes
from kubectl_kubestash.kube.store import key_of
from kubectl_kubestash.resolve import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubectl_kubestash.kube.client import Object


class Shelf:
    """Objects as the operator's caches hold them: by kind, and by the real indexes."""

    def __init__(self, *objects: tuple[Resource, Object]) -> None:
        self._objects = objects

    def each(self, resource: Resource) -> Sequence[Object]:
        return [raw for kind, raw in self._objects if kind is resource]

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        return next((raw for raw in self.each(resource) if key_of(raw) == key), None)

    def by_index(self, resource: Resource, index: str, value: str) -> Sequence[Object]:
        return [raw for raw in self.each(resource) if value in INDEXES[resource][index](raw)]

    each_by_index = by_index

    def keys_by_index(self, resource: Resource, index: str, value: str) -> list[ObjectKey]:
        return [key_of(raw) for raw in self.by_index(resource, index, value)]


def made(name: str, *, phase: str = "", **parts: Any) -> Object:
    metadata = {"namespace": "demo", "name": name, "labels": {}, "annotations": {}}
    return {"metadata": metadata, "status": {"phase": phase}, **parts}


CONFIGURATION = made(
    "files", spec={"sessions": [{"name": "daily", "repositories": [{"name": "repo"}]}]}
)


def session(name: str, phase: str) -> tuple[Resource, Object]:
    return BACKUP_SESSION, made(name, phase=phase, spec={"invoker": {"name": "files"}})


def woken(shelf: Shelf, resource: Resource, raw: Object) -> set[str]:
    found = wishes(shelf, resource, raw)  # type: ignore[arg-type]
    return {
        item.key.name for item, _ in found if item.resource in {BACKUP_SESSION, RESTORE_SESSION}
    }


def finishing_job(*, ended: bool) -> Object:
    job = made("retention-policy-files-1")
    job["metadata"]["labels"] = {labels.COMPONENT: labels.FINISHER}
    job["metadata"]["annotations"] = {labels.REPOSITORIES: "demo/repo"}
    job["status"] = {"conditions": [{"type": "Complete", "status": "True"}] if ended else []}
    return job


def shelf() -> Shelf:
    return Shelf(
        (BACKUP_CONFIGURATION, CONFIGURATION),
        session("waits", "Pending"),
        session("is-over", "Succeeded"),
        (RESTORE_SESSION, made("restore-waits", phase="Pending")),
        (RESTORE_SESSION, made("restore-is-over", phase="Failed")),
    )


def test_runs_that_wait_are_looked_at_when_a_job_on_their_repository_ends() -> None:
    assert woken(shelf(), JOB, finishing_job(ended=True)) == {"waits", "restore-waits"}


def test_a_job_that_runs_on_wakes_nobody_who_waits_for_its_end() -> None:
    assert woken(shelf(), JOB, finishing_job(ended=False)) == set()


def test_sessions_that_wait_are_looked_at_when_their_repository_is_ready() -> None:
    repository = made("repo", phase="Ready", spec={"storageRef": {"name": "s3"}})
    there = Shelf(*shelf()._objects, (REPOSITORY, repository))

    assert woken(there, REPOSITORY, repository) == {"waits", "restore-waits"}


def test_sessions_that_wait_are_looked_at_when_their_configuration_changes() -> None:
    assert woken(shelf(), BACKUP_CONFIGURATION, CONFIGURATION) == {"waits"}


def backup_job(*, ended: bool) -> Object:
    job = finishing_job(ended=ended)
    job["metadata"]["labels"] = {
        labels.MANAGED_BY: labels.MANAGER,
        labels.INVOKER_KIND: BACKUP_SESSION.kind,
        labels.INVOKER_NAMESPACE: "demo",
        labels.INVOKER_NAME: "runs",
    }
    return job


def delay_of(shelf: Shelf, resource: Resource, raw: Object) -> float:
    """After how many seconds the session that runs is looked at."""
    wanted = Item(BACKUP_SESSION, ObjectKey("demo", "runs"))
    found = wishes(shelf, resource, raw)  # type: ignore[arg-type]
    return min(delay for item, delay in found if item == wanted)


def test_a_job_that_has_ended_or_is_gone_is_looked_at_at_once_and_one_that_goes_on_later() -> None:
    runs, goes_on, ended = (
        session("runs", "Running"),
        backup_job(ended=False),
        backup_job(ended=True),
    )

    assert delay_of(Shelf(runs, (JOB, ended)), JOB, ended) == 0
    assert delay_of(Shelf(runs), JOB, goes_on) == 0
    assert 0 < delay_of(Shelf(runs, (JOB, goes_on)), JOB, goes_on) < 5


def test_a_snapshot_wakes_its_session_at_once_when_its_last_component_has_ended() -> None:
    spec = {"backupSession": "runs", "repository": "repo"}
    goes_on, reported = made("snapshot", spec=spec), made("snapshot", spec=spec)
    for snapshot, phase in ((goes_on, "Running"), (reported, "Succeeded")):
        snapshot["status"]["components"] = {"dump": {"phase": phase}}
    runs = session("runs", "Running")

    assert delay_of(Shelf(runs, (SNAPSHOT, reported)), SNAPSHOT, reported) == 0
    assert 0 < delay_of(Shelf(runs, (SNAPSHOT, goes_on)), SNAPSHOT, goes_on) < 5


def test_what_was_made_for_somebody_else_is_news_to_who_looks_after_it() -> None:
    repository = made("repo")
    item = Item(REPOSITORY, key_of(repository))
    changed = {**repository, "status": {"phase": "Ready"}}

    assert is_known(item, REPOSITORY, changed)
    assert not is_known(item, REPOSITORY, {**repository, "status": {}})


def test_a_storage_wakes_others_by_its_phase_and_its_wishes_but_not_by_its_sizes() -> None:
    configuration = made("files", spec={"backends": [{"storageRef": {"name": "s3"}}]})
    shelf = Shelf((BACKUP_CONFIGURATION, configuration))
    before = made("s3", phase="Ready", spec={"storage": {"provider": "s3"}})
    larger = {**before, "status": {"phase": "Ready", "totalSize": "2.000 MiB"}}
    moved = {**before, "spec": {"storage": {"provider": "gcs"}}}
    failed = {**before, "status": {"phase": "NotReady"}}

    def wakes(after: Object, last: Object | None) -> bool:
        found = wishes(shelf, BACKUP_STORAGE, after, last)  # type: ignore[arg-type]
        return BACKUP_CONFIGURATION in {item.resource for item, _ in found}

    assert not wakes(larger, before)
    assert wakes(failed, before)
    assert wakes(moved, before)
    assert wakes(before, None)


def test_a_cron_job_that_we_have_just_written_is_no_news_to_its_configuration() -> None:
    owner = {"kind": BACKUP_CONFIGURATION.kind, "name": "files"}
    schedule = made("trigger-files-daily")
    schedule["metadata"]["ownerReferences"] = [owner]
    found = list(wishes(Shelf(), CRON_JOB, schedule))  # type: ignore[arg-type]

    woken = [item for item, _ in found if item.resource is BACKUP_CONFIGURATION]
    assert [item.key.name for item in woken] == ["files"]
    assert all(is_known(item, CRON_JOB, schedule) for item in woken)
