"""Which CronJob starts the runs of a session?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..api.core.backup_configuration import BackupConfiguration, Session
    from .image import Image
    from .manifest import Object


def trigger_cron_job(
    configuration: BackupConfiguration, session_spec: Session, *, image: Image
) -> Object:
    """The CronJob of this session."""
    raise NotImplementedError
