"""Which restic snapshots belong to nobody? Pure, but for what it is given.

Everything that we store carries the ULID of its Snapshot as a tag. What has such a tag, and neither
a Snapshot in the cluster nor a record in the backend that names it, was left by a run that was
killed. Data without a ULID was stored by somebody else, and is none of our business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .stored import StoredSnapshot

OLD_ENOUGH = timedelta(days=1)
"""Younger ones may belong to a run that is still going on, here or in another cluster."""

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
FINAL = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True)
class Owners:
    """What is known of the Snapshots of one Repository."""

    running: frozenset[str]
    """ULIDs of Snapshots that have not ended: all of their data has an owner."""

    recorded: frozenset[str]
    """Ids of restic snapshots that some Snapshot names."""


def owners_of(snapshots: Iterable[Mapping[str, Any]]) -> Owners:
    """From Snapshot objects, of the cluster or of the backend."""
    running: set[str] = set()
    recorded: set[str] = set()
    for raw in snapshots:
        status = raw.get("status") or {}
        ulid = str((raw.get("spec") or {}).get("snapshotID") or "")
        parts = (status.get("components") or {}).values()
        if status.get("phase") not in FINAL or any(_is_running(part) for part in parts):
            running.add(ulid)
        for part in parts:
            recorded |= {_id(entry) for entry in part.get("resticStats") or ()}
    return Owners(frozenset(running - {""}), frozenset(recorded - {""}))


def orphans(stored: Iterable[StoredSnapshot], owners: Owners) -> list[StoredSnapshot]:
    """Those that carry a ULID of ours and that nobody names."""
    return [
        snapshot
        for snapshot in stored
        if snapshot.id not in owners.recorded
        and (ulids := {tag for tag in snapshot.tags if _ULID.fullmatch(tag)})
        and not ulids & owners.running
    ]


def old_enough(found: Iterable[StoredSnapshot], *, now: datetime) -> list[StoredSnapshot]:
    """Those that may be forgotten."""
    return [snapshot for snapshot in found if now - snapshot.time > OLD_ENOUGH]


def _is_running(part: Mapping[str, Any]) -> bool:
    return part.get("phase") not in FINAL


def _id(entry: Mapping[str, Any]) -> str:
    return str((entry.get("summary") or entry).get("id") or "")
