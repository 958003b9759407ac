"""The session that the details are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..rows import BACKUP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..session_row import SessionKey
    from ..source import Object


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is known of it."""

    key: SessionKey
    session: Object
    now: datetime
    snapshots: Sequence[Object] = ()
    events: Sequence[Object] | None = None
    """None until they have been read."""

    log: Sequence[str] | None = None
    """None until it has been read."""

    problem: str = ""
    """Why events or log could not be read."""

    @property
    def is_backup(self) -> bool:
        """Whether it is a BackupSession."""
        return self.key.kind == BACKUP
