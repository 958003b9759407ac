"""What would a restore bring back, and what would it overwrite?

Asked by `restore now`, which shows it before it does anything, and by `restore plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .components import restored_components
from .findings import Finding
from .restore_source import choose_snapshot
from .validation.restore_session import RestoreInputs, restore_findings

if TYPE_CHECKING:
    from ..api.meta import TypedObjectReference
    from ..api.storage.repository import Repository
    from ..api.storage.snapshot import Snapshot

__all__ = ["RestoreInputs", "RestorePlan", "choose_snapshot", "restore_plan"]


_FILES = {"PersistentVolumeClaim", "Deployment", "StatefulSet", "DaemonSet", "Pod"}
"""Kinds whose data is files; of any other, only its restore task knows what it does to it."""


@dataclass(frozen=True, kw_only=True)
class RestorePlan:
    """What a RestoreSession comes down to."""

    snapshot: Snapshot | None
    repository: Repository | None
    components: tuple[str, ...]
    target: TypedObjectReference | None
    overwrites: str
    """One sentence: what is lost when the restore runs."""

    findings: tuple[Finding, ...]


def restore_plan(inputs: RestoreInputs) -> RestorePlan:
    """What the restore would do, with everything that speaks against it."""
    chosen = inputs.chosen()
    snapshot = None if isinstance(chosen, Finding) else chosen
    target = inputs.target()
    return RestorePlan(
        snapshot=snapshot,
        repository=inputs.repository,
        components=restored_components(inputs.session, snapshot) if snapshot else (),
        target=target,
        overwrites=_overwrites(target, inputs.home),
        findings=tuple(restore_findings(inputs)),
    )


def _overwrites(target: TypedObjectReference | None, home: str) -> str:
    if target is None:
        return "Nothing: there is no target."
    name = f"{target.kind} {target.namespace or home}/{target.name}"
    if target.kind not in _FILES:
        return f"What the Snapshot holds is loaded into {name}; what is there may be changed by it."
    return f"Files in {name} that are in the Snapshot, too, are replaced; all others stay."
