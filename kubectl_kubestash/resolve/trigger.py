"""May this backup be started now, and as which BackupSession?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.core.backup_session import BackupSession
    from .manifest import Object


@dataclass(frozen=True, kw_only=True)
class TriggerInputs:
    """A configuration, what runs of it, and what is wanted."""

    configuration: BackupConfiguration
    running: Sequence[BackupSession] = ()
    sessions: tuple[str, ...] = ()
    """Empty means all."""
    force: bool = False


def trigger(
    inputs: TriggerInputs, *, now: datetime, requested_by: str = "", reason: str = ""
) -> list[Object]:
    """The BackupSessions to create, in the order of the configuration.

    Raises NotFound for a session that does not exist, and Refused.
    """
    raise NotImplementedError
