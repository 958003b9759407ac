"""Does this BackupVerifier say what is to be checked?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.core.backup_verifier import VerificationType
from .. import schedule
from ..findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.core.backup_verifier import BackupVerifier


def verifier_findings(verifier: BackupVerifier) -> list[Finding]:
    """Everything that keeps this verifier from checking anything."""
    owner = f"BackupVerifier {verifier.key}"
    return [
        Finding(reason, f"{owner}: {field}: {message}", field)
        for reason, field, message in (*_restore(verifier), *_check(verifier))
    ]


_Objection = tuple[str, str, str]


def _restore(verifier: BackupVerifier) -> Iterator[_Objection]:
    option, scheduler = verifier.spec.restore_option, verifier.spec.scheduler
    if option is None or option.addon_info is None or not option.addon_info.name:
        yield "AddonMissing", "spec.restoreOption.addonInfo", "say how the backup is restored."
    if scheduler and (complaint := schedule.check(scheduler.schedule)):
        yield "InvalidSchedule", "spec.scheduler.schedule", complaint


def _check(verifier: BackupVerifier) -> Iterator[_Objection]:
    spec = verifier.spec
    if spec.type is None:
        yield "TypeMissing", "spec.type", "one of RestoreOnly, Query and Script."
        return
    if spec.type == VerificationType.RESTORE_ONLY:
        return
    if not spec.function:
        yield "FunctionMissing", "spec.function", f"the type {spec.type} needs a Function."
    if spec.type == VerificationType.QUERY and not spec.query:
        yield "QueryMissing", "spec.query", "say what the database must hold."
    if spec.type == VerificationType.SCRIPT:
        location = spec.script.location if spec.script else ""
        if not location.startswith("/"):
            yield "ScriptMissing", "spec.script.location", "name the script by its absolute path."
