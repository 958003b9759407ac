"""A session as one line of the table, before its cells are made."""

from __future__ import annotations

from typing import NamedTuple


class SessionKey(NamedTuple):
    """Which session."""

    kind: str
    """BackupSession or RestoreSession."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Row(NamedTuple):
    """What is known of a session at once; what it is sorted and filtered by."""

    key: SessionKey
    what: str = ""
    """Configuration and session of a backup, the target of a restore."""

    phase: str = "Pending"
    created: str = ""
    took: str = ""
    """How long it took, as its status has it; empty while it goes on."""

    is_final: bool = False
    is_fault: bool = False
