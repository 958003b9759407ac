"""What does a Repository say about the backups that it holds?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import conditions
from .sizes import format_size, sum_of_sizes

RECENT = 5
"""So many Snapshots are listed in the status of a Repository."""

FORMER = 100
"""So many places are remembered that no Snapshot names any more. Where nodes come and go, each one
is a place of its own for a DaemonSet: without a limit they outgrow what etcd takes, and every
finishing looks into all of them."""

Object = Mapping[str, Any]


def phase(entries: conditions.Conditions) -> str:
    """`Ready` when the Repository's own file is in the backend."""
    ready = conditions.is_true(entries, conditions.REPOSITORY_INITIALIZED)
    return "Ready" if ready else "NotReady"


def figures(
    snapshots: Iterable[Object], recorded: Mapping[str, Any], *, size: int | None = None
) -> dict[str, Any]:
    """The fields that follow from the Snapshots of the Repository.

    `size` is what the finishing Job has measured in bytes; without it the recorded size stays, or
    is added up from the newest run of each component. None takes an entry out of a map.
    """
    ordered = sorted(snapshots, key=_moment)
    fields: dict[str, Any] = {
        "snapshotCount": len(ordered),
        "recentSnapshots": _recently(ordered, recorded),
    }
    good = [snapshot for snapshot in ordered if _status(snapshot).get("phase") == "Succeeded"]
    if good:
        fields["lastBackupTime"] = _moment(good[-1])[0]
    # What runs changes with every report; its figures count when it has ended.
    ended = [each for each in ordered if _status(each).get("phase") in {"Succeeded", "Failed"}]
    checks = [value for value in _newest(ended, "integrity").values() if value is not None]
    if checks:
        fields["integrity"] = all(checks)
    forgotten = _forgotten(ordered, recorded)
    known = {*(recorded.get("componentPaths") or ())} - forgotten
    if paths := sorted({*known, *_newest(good, "path")}):
        fields["componentPaths"] = paths
    for ours, theirs in (
        ("resticRepositories", "repositoryID"),
        ("resticConfigs", "repositoryConfig"),
    ):
        before: Mapping[str, str] = recorded.get(ours) or {}
        found = {path: str(value) for path, value in _newest(ended, theirs).items()}
        gone = dict.fromkeys(forgotten & before.keys())
        if found or gone:
            fields[ours] = {**before, **gone, **found}
    fields["size"] = _size(good, recorded, size)
    return fields


def differing_identity(recorded: Mapping[str, Any], snapshot: Object) -> str:
    """What is wrong when a component was written to another restic repository than before."""
    known = recorded.get("resticRepositories") or {}
    for name, part in (_status(snapshot).get("components") or {}).items():
        path, found = part.get("path"), part.get("repositoryID")
        if path in known and found and known[path] != found:
            return (
                f"Component {name} of Snapshot {snapshot['metadata']['name']} was written to the "
                f"restic repository {found}, but {path} was {known[path]} before."
            )
    return ""


def _forgotten(ordered: Sequence[Object], recorded: Mapping[str, Any]) -> set[str]:
    """The places beyond the limit that no Snapshot names any more."""
    named = {
        str(part.get("path"))
        for snapshot in ordered
        for part in (_status(snapshot).get("components") or {}).values()
    }
    known = {
        *(recorded.get("componentPaths") or ()),
        *(recorded.get("resticRepositories") or ()),
        *(recorded.get("resticConfigs") or ()),
    }
    return set(sorted(known - named)[FORMER:])


def _size(good: Sequence[Object], recorded: Mapping[str, Any], size: int | None) -> str:
    if size is not None:
        return format_size(size)
    if recorded.get("size") and good:
        return str(recorded["size"])
    return format_size(sum_of_sizes(_newest(good, "size").values()))


def _newest(ordered: Sequence[Object], field: str) -> dict[str, Any]:
    """The newest value of a component's field, by the component's path."""
    return {
        str(part["path"]): part[field]
        for snapshot in ordered
        for part in (_status(snapshot).get("components") or {}).values()
        if part.get("path") and part.get(field) is not None
    }


def _recently(ordered: Sequence[Object], recorded: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The newest Snapshots; from Pending to Running is no news."""
    known = {entry.get("name"): entry for entry in recorded.get("recentSnapshots") or ()}
    entries = [_recent(snapshot) for snapshot in ordered[-RECENT:]]
    return [
        entry
        if entry["phase"] in {"Succeeded", "Failed"}
        else known.get(entry["name"], {**entry, "phase": "Running"})
        for entry in entries
    ]


def _recent(snapshot: Object) -> dict[str, Any]:
    status = _status(snapshot)
    entry = {
        "name": snapshot["metadata"]["name"],
        "phase": status.get("phase") or "Pending",
        "session": (snapshot.get("spec") or {}).get("session", ""),
        "snapshotTime": _moment(snapshot)[0],
    }
    if status.get("size"):
        entry["size"] = status["size"]
    return entry


def _moment(snapshot: Object) -> tuple[str, str]:
    # RFC 3339 in UTC with whole seconds: the order of the texts is the order in time.
    metadata = snapshot["metadata"]
    at = _status(snapshot).get("snapshotTime") or metadata.get("creationTimestamp") or ""
    return str(at), str(metadata["name"])


def _status(snapshot: Object) -> Mapping[str, Any]:
    return snapshot.get("status") or {}
