"""What the checker judges: everything that a scenario has left behind, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Object = dict[str, Any]


class Call(NamedTuple):
    """One request that the API server has answered, from its audit log."""

    verb: str
    resource: str
    namespace: str
    name: str
    code: int


class HeldLock(NamedTuple):
    """A lock that lies in a restic repository."""

    repository: str
    """`namespace/name:component path`."""

    lock_id: str
    host: str
    """The name of the pod that made it, when it was one of ours."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Taken when nothing runs any more. Keys of objects are `namespace/name`."""

    objects: Sequence[Object] = ()
    """Everything in the cluster that is ours or was made for us; no Secrets."""

    calls: Sequence[Call] = ()
    """In the order in which they were answered."""

    written: Mapping[str, str] = field(default_factory=dict)
    """BackupSession → fingerprint of the volume, noted by its writer before the run began."""

    restored: Mapping[str, str] = field(default_factory=dict)
    """Snapshot → fingerprint of what bare restic brings back, or why it could not."""

    brought_back: Mapping[str, str] = field(default_factory=dict)
    """RestoreSession that succeeded → fingerprint of what is in its target."""

    locks: Sequence[HeldLock] = ()
    damage: Mapping[str, str] = field(default_factory=dict)
    """Repository → what `restic check` complains of."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Where it was read → the text: logs, events, objects, command lines."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    """What it is → the value that nobody may tell."""

    keep: int = 0
    """How many Succeeded Snapshots of a session the retention policy keeps in a Repository."""

    def of_kind(self, kind: str) -> list[Object]:
        """All objects of a kind."""
        return [item for item in self.objects if item.get("kind") == kind]


def key_of(item: Object) -> str:
    """`namespace/name`."""
    metadata = item["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"


def phase_of(item: Object) -> str:
    """`status.phase`, empty when there is none."""
    return str((item.get("status") or {}).get("phase") or "")
