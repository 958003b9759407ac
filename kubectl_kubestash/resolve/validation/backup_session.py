"""Does this BackupSession name a session that can be run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.resources import BACKUP_BATCH
from ..findings import Finding
from ..wording import did_you_mean, not_supported

if TYPE_CHECKING:
    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.core.backup_session import BackupSession


def run_findings(
    session: BackupSession, configuration: BackupConfiguration | None
) -> list[Finding]:
    """Everything that is wrong with this run; a configuration that is not known is no mistake."""
    owner, invoker = f"BackupSession {session.key}", session.spec.invoker
    if invoker is None:
        message = f"{owner}: spec.invoker: say whose session is run."
        return [Finding("InvokerMissing", message, "spec.invoker")]
    if invoker.kind == BACKUP_BATCH.kind:
        return [not_supported(owner, "spec.invoker.kind", "a run of a BackupBatch")]
    wanted = session.spec.session
    if configuration is None or configuration.session(wanted):
        return []
    hint = did_you_mean(wanted, [each.name for each in configuration.spec.sessions])
    message = f"{owner}: spec.session: there is no session {wanted!r}.{hint}"
    return [Finding("UnknownSession", message, "spec.session")]
