"""When each step of a backup was seen, by watching the objects that it goes through."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import BACKUP_SESSION, JOB, POD, SNAPSHOT
from kubectl_kubestash.kube.informer import Informer
from kubectl_kubestash.resolve import labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kubectl_kubestash.kube.client import Client

Object = dict[str, Any]
START, EXIT = "command started", "command ended"
_TASKS = {labels.BACKUP: "backup", labels.FINISHER: "finish"}
_FINAL = {"Succeeded", "Failed"}


class Timeline:
    """Watches one namespace; only objects made after `begin` count."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._lock = threading.Lock()
        self._old: set[str] = set()
        self._seen: dict[str, float] = {}
        self._informers = [
            Informer(client, resource, namespace=namespace, on_change=self._changed)
            for resource in (BACKUP_SESSION, SNAPSHOT, JOB, POD)
        ]

    def __enter__(self) -> Timeline:
        for informer in self._informers:
            informer.start()
        for informer in self._informers:
            informer.synced.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        for informer in self._informers:
            informer.stop()

    def begin(self) -> None:
        """The command starts now; what is there already is not part of it."""
        with self._lock:
            self._old = {
                item["metadata"]["uid"] for informer in self._informers for item in informer.items()
            }
            self._seen = {START: time.monotonic()}

    def end(self) -> None:
        """The command has ended."""
        self._note(EXIT)

    @property
    def seconds(self) -> float:
        """From start to exit."""
        return self.at(EXIT)

    @property
    def order(self) -> list[str]:
        """The steps, as they came."""
        return sorted(self._seen, key=self._seen.__getitem__)

    def at(self, step: str) -> float:
        """Seconds from the start to this step."""
        return self._seen[step] - self._seen[START]

    def took(self, step: str) -> float:
        """Seconds from the step before to this one."""
        place = self.order.index(step)
        return self.at(step) - self.at(self.order[max(place - 1, 0)])

    def has(self, step: str) -> bool:
        """Whether it was seen."""
        return step in self._seen

    def _changed(self, change: str, raw: Object) -> None:
        with self._lock:
            is_old = not self._seen or raw["metadata"]["uid"] in self._old
        if change == "DELETED" or is_old:
            return
        for step in _reached(raw):
            self._note(step)

    def _note(self, step: str) -> None:
        with self._lock:
            self._seen.setdefault(step, time.monotonic())


def steps(timelines: Sequence[Timeline]) -> list[str]:
    """The steps that all have, in the order of the first."""
    return [step for step in timelines[0].order if all(one.has(step) for one in timelines)]


def _reached(raw: Object) -> Iterator[str]:
    status = raw.get("status") or {}
    match raw["kind"]:
        case "BackupSession":
            yield "session created"
            if phase := status.get("phase"):
                yield f"session {phase}"
        case "Snapshot":
            yield "snapshot created"
            for part in (status.get("components") or {}).values():
                if part.get("claim"):
                    yield "component claimed by the runner"
                if part.get("phase") in _FINAL:
                    yield "result of the component reported"
        case "Job" | "Pod":
            task = _TASKS.get((raw["metadata"].get("labels") or {}).get(labels.COMPONENT, ""), "")
            if task:
                yield from _of_job(task, status) if raw["kind"] == "Job" else _of_pod(task, raw)


def _of_job(task: str, status: Object) -> Iterator[str]:
    yield f"{task} Job created"
    for entry in status.get("conditions") or ():
        if entry["type"] == "Complete":
            yield f"{task} Job complete"


def _of_pod(task: str, raw: Object) -> Iterator[str]:
    yield f"{task} pod created"
    if raw["spec"].get("nodeName"):
        yield f"{task} pod scheduled"
    for entry in (raw.get("status") or {}).get("containerStatuses") or ():
        if entry["state"].get("running") or entry["state"].get("terminated"):
            yield f"{task} container seen running"
        if entry["state"].get("terminated"):
            yield f"{task} container seen ended"
