"""How far has a Snapshot come, and what do its components add up to?

Phases and aggregates are derived from what the runner writes into `status.components` and from the
conditions that the operator keeps; they are never taken over from an earlier pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import conditions, object_size
from .sizes import format_size, sum_of_sizes

if TYPE_CHECKING:
    from datetime import datetime

Status = Mapping[str, Any]

PENDING, RUNNING, SUCCEEDED, FAILED = "Pending", "Running", "Succeeded", "Failed"
FINAL = frozenset({SUCCEEDED, FAILED})


def components_of(status: Status) -> Mapping[str, Mapping[str, Any]]:
    """The components by name."""
    return status.get("components") or {}


def first_error(status: Status) -> str:
    """What the first component that failed says of it, after its name; empty when none did."""
    failed = (
        f"{name}: {part['error']}"
        for name, part in components_of(status).items()
        if part.get("phase") == FAILED and part.get("error")
    )
    return next(failed, "")


def is_reported(status: Status) -> bool:
    """Whether each expected component has ended."""
    parts = components_of(status)
    final = [name for name, part in parts.items() if part.get("phase") in FINAL]
    return len(final) >= max(int(status.get("totalComponents") or 0), len(parts), 1)


def components_phase(status: Status) -> str:
    """The phase that the components alone amount to."""
    parts = components_of(status).values()
    total = int(status.get("totalComponents") or 0)
    if not parts:
        return PENDING
    succeeded = sum(part.get("phase") == SUCCEEDED for part in parts)
    failed = sum(part.get("phase") == FAILED for part in parts)
    if failed:
        return FAILED
    return SUCCEEDED if succeeded == total else RUNNING


def phase(status: Status) -> str:
    """The phase of the Snapshot; it cannot succeed before its metadata is in the backend."""
    recorded = status.get("conditions") or ()
    if (
        conditions.is_false(recorded, conditions.SNAPSHOT_METADATA_UPLOADED)
        or conditions.is_false(recorded, conditions.RECENT_SNAPSHOT_LIST_UPDATED)
        or conditions.is_true(recorded, conditions.BACKUP_INCOMPLETE)
    ):
        return FAILED
    of_components = components_phase(status)
    if of_components == PENDING:
        return PENDING
    if conditions.find(recorded, conditions.SNAPSHOT_METADATA_UPLOADED) is not None:
        return of_components
    return RUNNING


def size(status: Status) -> str:
    """The sum of the components' sizes as text; empty while a restic component has none."""
    parts = components_of(status).values()
    if any(_is_restic(part) and not part.get("size") for part in parts):
        return ""
    sizes = [part["size"] for part in parts if part.get("size")]
    return format_size(sum_of_sizes(sizes)) if sizes else ""


def integrity(status: Status) -> bool | None:
    """Whether all components passed their check; None while one has not been checked."""
    parts = components_of(status).values()
    if any(_is_restic(part) and part.get("integrity") is None for part in parts):
        return None
    results = [bool(part["integrity"]) for part in parts if part.get("integrity") is not None]
    return all(results) if results else None


def derived(status: Status) -> dict[str, Any]:
    """What the operator writes beside the conditions; keys without a value are left out."""
    fields: dict[str, Any] = {"phase": phase(status)}
    if text := size(status):
        fields["size"] = text
    checked = integrity(status)
    if checked is not None:
        fields["integrity"] = checked
    return fields


def initial(components: Sequence[str], *, session: str, now: datetime) -> dict[str, Any]:
    """The status of a Snapshot that has just been created for these components."""
    return {
        "phase": PENDING,
        "verificationStatus": "NotVerified",
        "snapshotTime": conditions.timestamp(now),
        "totalComponents": len(components),
        "components": {
            name: {"phase": PENDING, "path": component_path(session, name)} for name in components
        },
        "conditions": conditions.with_condition(
            (),
            conditions.RECENT_SNAPSHOT_LIST_UPDATED,
            True,
            "Recent snapshot list updated successfully",
            now=now,
        ),
    }


def component_path(session: str, component: str) -> str:
    """Where a component lies inside its Repository."""
    return f"repository/v1/{session}/{component}"


def uploaded(status: Status, ok: bool, message: str, *, now: datetime) -> dict[str, Any]:
    """The changes after the finishing Job has, or has not, stored the Snapshot's metadata."""
    entries = conditions.with_condition(
        status.get("conditions") or (),
        conditions.SNAPSHOT_METADATA_UPLOADED,
        ok,
        message or ("Metadata uploaded to backend successfully" if ok else ""),
        now=now,
    )
    return {"conditions": entries, **derived({**status, "conditions": entries})}


def incomplete(
    status: Status, reason: str, *, now: datetime, each: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The changes after the backup of a Snapshot has ended without a result for each component.

    `each` has the reasons of components that have one of their own.
    """
    every = components_of(status)
    parts = {
        name: {
            "phase": FAILED,
            "error": part.get("error")
            or object_size.fitting_error(
                (each or {}).get(name, reason),
                among=len(every),
                taken=object_size.component_size(name, str(part.get("path", ""))),
            ),
        }
        for name, part in every.items()
        if part.get("phase") not in FINAL
    }
    reason = object_size.shortened(reason, object_size.LONGEST_MESSAGE)
    entries = conditions.with_condition(
        status.get("conditions") or (), conditions.BACKUP_INCOMPLETE, True, reason, now=now
    )
    ended = {name: {**part, **parts.get(name, {})} for name, part in components_of(status).items()}
    fields = derived({**status, "components": ended, "conditions": entries})
    return {"components": parts, "conditions": entries, **fields}


def _is_restic(part: Mapping[str, Any]) -> bool:
    return bool(part.get("driver", "Restic") == "Restic")
