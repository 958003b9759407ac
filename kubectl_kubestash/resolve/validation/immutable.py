"""What of an object must stay as it was made?

A run is what it was started as; a Repository is where its data is; and a storage that holds
Repositories cannot be another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import BACKUP_SESSION, BACKUP_STORAGE, REPOSITORY
from ..findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...api.resources import ObjectKey, Resource

    Raw = Mapping[str, Any]

_FIXED: Mapping[Resource, tuple[str, str]] = {
    BACKUP_SESSION: ("spec", "a run stays what it was started as; start another one"),
    REPOSITORY: ("spec.path", "the data is where it is; make another Repository"),
    BACKUP_STORAGE: (
        "spec.storage",
        "the storage holds Repositories, which would be lost; make another BackupStorage",
    ),
}


def immutable_findings(resource: Resource, key: ObjectKey, old: Raw, new: Raw) -> list[Finding]:
    """Objections to a change of a raw object from `old` to `new`; one at most."""
    if resource not in _FIXED or not _is_fixed(resource, old):
        return []
    path, why = _FIXED[resource]
    before, after = _at(old, path), _at(new, path)
    if before == after:
        return []
    field = _first_difference(before, after, path)
    message = f"{resource.kind} {key}: {field}: this cannot be changed: {why}."
    return [Finding("Immutable", message, field)]


def _is_fixed(resource: Resource, old: Raw) -> bool:
    return resource != BACKUP_STORAGE or bool(_at(old, "status.repositories"))


def _at(raw: Any, path: str) -> Any:
    for name in path.split("."):
        raw = raw.get(name) if isinstance(raw, dict) else None
    # Null and nothing mean the same.
    return {} if raw is None else raw


def _first_difference(before: Any, after: Any, path: str) -> str:
    """The field that differs, as deep as there are maps on both sides."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return path
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            return _first_difference(before.get(name), after.get(name), f"{path}.{name}")
    return path
