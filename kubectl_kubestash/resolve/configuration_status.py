"""Is a BackupConfiguration ready, and what does it say about what it refers to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import conditions

if TYPE_CHECKING:
    from ..api.resources import ObjectKey

Status = Mapping[str, Any]

NOT_READY, READY, INVALID = "NotReady", "Ready", "Invalid"


def phase(status: Status, *, backends: int, sessions: int) -> str:
    """The phase of a configuration with this many backends and sessions in its spec."""
    recorded = status.get("conditions") or ()
    if conditions.is_false(recorded, conditions.VALIDATION_PASSED):
        return INVALID
    checked = status.get("backends") or ()
    scheduled = status.get("sessions") or ()
    ready = (
        status.get("targetFound") is True
        and len(checked) == backends
        and all(entry.get("ready") for entry in checked)
        and len(scheduled) == sessions
        and all(
            conditions.is_true(entry.get("conditions") or (), conditions.SCHEDULER_ENSURED)
            for entry in scheduled
        )
    )
    return READY if ready else NOT_READY


def backend_entry(
    name: str,
    storage: tuple[ObjectKey, str | None],
    policy: tuple[ObjectKey, bool],
) -> dict[str, Any]:
    """What is known about one backend.

    `storage` is its address and phase, None when it is not there; `policy` its address and whether
    it is there.
    """
    (storage_key, storage_phase), (policy_key, found) = storage, policy
    checked: dict[str, Any] = {"ref": _reference(storage_key), "phase": storage_phase or NOT_READY}
    if storage_phase is None:
        checked["reason"] = f"BackupStorage {storage_key} does not exist."
    elif storage_phase != READY:
        checked["reason"] = f"BackupStorage {storage_key} is {storage_phase}."
    kept: dict[str, Any] = {"ref": _reference(policy_key), "found": found}
    if not found:
        kept["reason"] = f"RetentionPolicy {policy_key} does not exist."
    entry = {"ready": storage_phase == READY and found, "storage": checked, "retentionPolicy": kept}
    return {"name": name, **entry} if name else entry


def not_ready_because(status: Status) -> str:
    """The first thing that keeps a configuration from being ready, as one sentence."""
    recorded = status.get("conditions") or ()
    if message := conditions.first_false_message(recorded, (conditions.VALIDATION_PASSED,)):
        return message
    if status.get("targetFound") is False:
        return "The target does not exist."
    for entry in status.get("backends") or ():
        for part in (entry.get("storage") or {}, entry.get("retentionPolicy") or {}):
            if part.get("reason"):
                return str(part["reason"])
    for entry in status.get("sessions") or ():
        kinds = (conditions.SCHEDULER_ENSURED,)
        if message := conditions.first_false_message(entry.get("conditions") or (), kinds):
            return message
    return "It has not been looked at yet."


def is_initial_backup_due(entry: Mapping[str, Any]) -> bool:
    """Whether a session, as recorded in `status.sessions[]`, still lacks its first backup."""
    recorded: Sequence[Mapping[str, Any]] = entry.get("conditions") or ()
    return not conditions.is_true(recorded, conditions.INITIAL_BACKUP_TRIGGERED)


def _reference(key: ObjectKey) -> dict[str, str]:
    return {"name": key.name, "namespace": key.namespace}
