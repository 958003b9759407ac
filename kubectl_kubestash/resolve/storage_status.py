"""What does a BackupStorage say about its backend and the Repositories in it?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import conditions
from .sizes import format_size, sum_of_sizes

Object = Mapping[str, Any]


def phase(entries: conditions.Conditions) -> str:
    """`Ready` when the backend is initialised and its Secret, if it needs one, is there."""
    secret = conditions.status_of(entries, conditions.BACKEND_SECRET_FOUND)
    ready = conditions.is_true(entries, conditions.BACKEND_INITIALIZED) and secret in {None, "True"}
    return "Ready" if ready else "NotReady"


def inputs_digest(spec: Mapping[str, Any], secret: Mapping[str, Any] | None) -> str:
    """Changes when the backend's address changes or its Secret is replaced.

    Only metadata of the Secret is looked at, never its data.
    """
    version = "" if secret is None else secret["metadata"].get("resourceVersion", "")
    text = json.dumps([spec, version], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def repositories(
    found: Iterable[Object], reported: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One entry for each Repository of the storage, by namespace and name.

    `found` are the Repository objects, `reported` the entries of the initialising Job or of the
    recorded status: those without an object stay only when they carry an error.
    """
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in reported:
        if entry.get("error"):
            entries[str(entry.get("namespace", "")), str(entry["name"])] = {
                "name": entry["name"],
                "namespace": entry.get("namespace", ""),
                "path": entry.get("path", ""),
                "synced": False,
                "error": entry["error"],
            }
    for repository in found:
        metadata, status = repository["metadata"], repository.get("status") or {}
        entry = {
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "path": (repository.get("spec") or {}).get("path", ""),
            "synced": status.get("phase") == "Ready",
        }
        if metadata.get("uid"):
            entry["uid"] = metadata["uid"]
        if status.get("size"):
            entry["size"] = status["size"]
        entries[entry["namespace"], entry["name"]] = entry
    return [entries[key] for key in sorted(entries)]


def total_size(entries: Sequence[Mapping[str, Any]]) -> str:
    """The sum of the Repositories' sizes as text."""
    return format_size(sum_of_sizes(entry["size"] for entry in entries if entry.get("size")))
