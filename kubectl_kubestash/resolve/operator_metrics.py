"""What do objects say in numbers? Their fields as gauges, under KubeStash's own names.

A name is the API group with underscores, the kind in lower case, and what is measured:
`core_kubestash_com_backupsession_phase`. Each has the labels `namespace` and `name` of its object.
A state, a phase or a condition, is a series of value 1 that bears it as a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    RESTORE_SESSION,
    Resource,
)
from ..errors import UsageError
from .durations import parse_duration
from .sizes import parse_size

Raw = Mapping[str, Any]
Labels = tuple[tuple[str, str], ...]

MEASURED = (BACKUP_STORAGE, REPOSITORY, BACKUP_CONFIGURATION, BACKUP_SESSION, RESTORE_SESSION)
"""The kinds that have metrics."""

HELP = {
    "created": "When it was created, in seconds since 1970.",
    "info": "What it is about; always 1.",
    "phase": "1 for the phase that it is in.",
    "conditions": "1 for the status that each of its conditions has.",
    "duration_seconds": "How long it took.",
    "sessions": "How many sessions it has.",
    "snapshots": "How many Snapshots it makes.",
    "size_bytes": "How much is stored, in bytes.",
    "repository_size_bytes": "How much a Repository in it stores, in bytes.",
    "last_successful_backup": "When its last backup succeeded, in seconds since 1970.",
    "snapshot_count_total": "How many Snapshots it keeps.",
    "component_count_total": "How many components are restored.",
}


class Sample(NamedTuple):
    """One value; `what` is a key of HELP."""

    what: str
    labels: Labels
    value: float


def family(resource: Resource, what: str) -> str:
    """The name of a metric of this kind."""
    return f"{resource.group.replace('.', '_')}_{resource.singular}_{what}"


def samples(resource: Resource, raw: Raw) -> Iterator[Sample]:
    """All values of an object of one of the MEASURED kinds; what it does not say is left out."""
    metadata = raw["metadata"]
    itself: Labels = (("namespace", metadata.get("namespace", "")), ("name", metadata["name"]))
    for what, labels, value in _values(resource, raw):
        if value is not None:
            yield Sample(what, itself + labels, value)


def _values(resource: Resource, raw: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    yield "created", (), _moment(raw["metadata"].get("creationTimestamp"))
    yield "info", _INFO[resource](spec), 1.0
    if resource is not REPOSITORY and status.get("phase"):
        yield "phase", (("phase", str(status["phase"])),), 1.0
    for entry in status.get("conditions") or ():
        state = (("type", str(entry.get("type"))), ("status", str(entry.get("status"))))
        yield "conditions", state, 1.0
    yield from _FIGURES[resource](spec, status)


def _of_storage(_: Raw, status: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    yield "size_bytes", (), _size(status.get("totalSize"))
    for entry in status.get("repositories") or ():
        which = (
            ("repository", str(entry.get("name", ""))),
            ("repository_namespace", str(entry.get("namespace", ""))),
        )
        yield "repository_size_bytes", which, _size(entry.get("size"))


def _of_repository(_: Raw, status: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    yield "last_successful_backup", (), _moment(status.get("lastBackupTime"))
    yield "size_bytes", (), _size(status.get("size"))
    yield "snapshot_count_total", (), _number(status.get("snapshotCount"))


def _of_configuration(spec: Raw, _: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    yield "sessions", (), float(len(spec.get("sessions") or ()))


def _of_backup(_: Raw, status: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    yield "snapshots", (), _number(status.get("totalSnapshots"))
    yield "duration_seconds", (), _duration(status.get("duration"))


def _of_restore(_: Raw, status: Raw) -> Iterator[tuple[str, Labels, float | None]]:
    yield "component_count_total", (), _number(status.get("totalComponents"))
    yield "duration_seconds", (), _duration(status.get("duration"))


_FIGURES: Mapping[Resource, Callable[[Raw, Raw], Iterator[tuple[str, Labels, float | None]]]] = {
    BACKUP_STORAGE: _of_storage,
    REPOSITORY: _of_repository,
    BACKUP_CONFIGURATION: _of_configuration,
    BACKUP_SESSION: _of_backup,
    RESTORE_SESSION: _of_restore,
}


def _named(prefix: str, reference: Raw | None, *fields: str) -> Labels:
    return tuple((f"{prefix}_{field}", str((reference or {}).get(field, ""))) for field in fields)


_INFO: Mapping[Resource, Callable[[Raw], Labels]] = {
    BACKUP_STORAGE: lambda spec: (
        ("provider", str((spec.get("storage") or {}).get("provider", ""))),
        ("deletion_policy", str(spec.get("deletionPolicy", ""))),
    ),
    REPOSITORY: lambda spec: (
        *_named("app", spec.get("appRef"), "kind", "namespace", "name"),
        *_named("storage", spec.get("storageRef"), "namespace", "name"),
        ("path", str(spec.get("path", ""))),
    ),
    BACKUP_CONFIGURATION: lambda spec: (
        *_named("target", spec.get("target"), "kind", "namespace", "name"),
        ("paused", str(bool(spec.get("paused"))).lower()),
    ),
    BACKUP_SESSION: lambda spec: (
        *_named("invoker", spec.get("invoker"), "kind", "name"),
        ("session", str(spec.get("session", ""))),
    ),
    RESTORE_SESSION: lambda spec: (
        *_named("target", spec.get("target"), "kind", "namespace", "name"),
        ("repository", str((spec.get("dataSource") or {}).get("repository", ""))),
    ),
}


def _moment(text: object) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if isinstance(text, str) else None
    except ValueError:
        return None


def _size(text: object) -> float | None:
    try:
        return float(parse_size(text)) if isinstance(text, str) else None
    except UsageError:
        return None


def _duration(text: object) -> float | None:
    try:
        return parse_duration(text).total_seconds() if isinstance(text, str) and text else None
    except UsageError:
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
