"""Who is looked at when something changes; no API server needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    JOB,
    REPOSITORY,
    RESTORE_SESSION,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.controllers.indexes import INDEXES
from kubectl_kubestash.controllers.store import key_of
from kubectl_kubestash.controllers.wiring import wishes
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
