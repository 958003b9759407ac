"""How far a Snapshot is, and whether a Repository can be used; for kinds that only ask that."""

from __future__ import annotations

from ..meta import OpenEnum


class SnapshotPhase(OpenEnum):
    """How far a Snapshot, or one of its components, is."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self in {self.SUCCEEDED, self.FAILED}


class RepositoryPhase(OpenEnum):
    """Whether backups can go to a Repository."""

    NOT_READY = "NotReady"
    READY = "Ready"
