"""May this backup be started now, and as which BackupSession?

Who asks is told of everything that would make the operator skip the run or leave it waiting. The
object is the one that KubeStash's own `trigger` command makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..api.core.backup_session import BackupSessionPhase
from ..api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, ObjectKey
from ..errors import NotFound, Refused
from . import conditions, names
from .manifest import manifest, owner_reference
from .wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..api.core.backup_configuration import BackupConfiguration, Session
    from ..api.core.backup_session import BackupSession
    from .manifest import Object

REQUESTED_BY = "kubectl-kubestash/requested-by"
REASON = "kubectl-kubestash/reason"


@dataclass(frozen=True, kw_only=True)
class TriggerInputs:
    """A configuration, what runs of it, and what is wanted."""

    configuration: BackupConfiguration
    running: Sequence[BackupSession] = ()
    """BackupSessions of the configuration; those that have ended do not matter."""

    sessions: tuple[str, ...] = ()
    """Empty means all."""

    force: bool = False
    """Whether to start although the configuration is paused or not ready, or the session runs."""


def trigger(
    inputs: TriggerInputs, *, now: datetime, requested_by: str = "", reason: str = ""
) -> list[Object]:
    """The BackupSessions to create, in the order of the configuration.

    Raises NotFound for a session that does not exist, and Refused, with the reason, for a
    configuration that is paused or not ready or a session that runs already, unless forced.
    """
    wanted = _wanted(inputs)
    if not inputs.force:
        _refuse_unready(inputs.configuration)
        for session in wanted:
            _refuse_running(session, inputs)
    notes = {REQUESTED_BY: requested_by, REASON: reason}
    annotations = {name: text for name, text in notes.items() if text}
    return [
        backup_session(inputs.configuration, session, now=now, annotations=annotations)
        for session in wanted
    ]


def backup_session(
    configuration: BackupConfiguration,
    session: Session,
    *,
    now: datetime,
    retry_left: int = 0,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Object:
    """The BackupSession that runs this session; its name holds the second."""
    spec: Object = {
        "invoker": {
            "apiGroup": BACKUP_CONFIGURATION.group,
            "kind": BACKUP_CONFIGURATION.kind,
            "name": configuration.key.name,
        },
        "session": session.name,
        "retryLeft": retry_left,
    }
    if session.backup_timeout:
        spec["backupTimeout"] = session.backup_timeout
    name = names.backup_session(configuration.key.name, session.name, int(now.timestamp()))
    run = manifest(
        BACKUP_SESSION,
        ObjectKey(configuration.key.namespace, name),
        labels=labels,
        annotations=annotations,
        spec=spec,
    )
    run["metadata"]["ownerReferences"] = [owner_reference(configuration)]
    return run


def _wanted(inputs: TriggerInputs) -> list[Session]:
    configuration, sessions = inputs.configuration, inputs.configuration.spec.sessions
    known = [session.name for session in sessions]
    for name in inputs.sessions:
        if name not in known:
            raise NotFound(
                f"BackupConfiguration {configuration.key} has no session {name!r}."
                f"{did_you_mean(name, known)}",
                f"kubectl kubestash describe backupconfiguration {configuration.key.name} "
                f"-n {configuration.key.namespace}",
                code=404,
                reason="NotFound",
            )
    if not sessions:
        raise Refused(f"BackupConfiguration {configuration.key} has no sessions to run.")
    return [each for each in sessions if not inputs.sessions or each.name in inputs.sessions]


def _refuse_unready(configuration: BackupConfiguration) -> None:
    home, name = configuration.key
    force = "run it all the same with --force"
    if configuration.is_being_deleted:
        raise Refused(f"BackupConfiguration {configuration.key} is being deleted.")
    if configuration.spec.paused:
        raise Refused(
            f"BackupConfiguration {configuration.key} is paused (spec.paused).",
            f"kubectl patch backupconfiguration {name} -n {home} --type=merge "
            """-p '{"spec":{"paused":false}}'""",
            force,
        )
    if configuration.status.phase != "Ready":
        raise Refused(
            f"BackupConfiguration {configuration.key} is {configuration.status.phase}: "
            f"{why_not_ready(configuration)}",
            _next_look(configuration),
            force,
        )


def _next_look(configuration: BackupConfiguration) -> str:
    """A new configuration makes its first backup by itself; of an old one see what is wrong."""
    home, name = configuration.key
    status = configuration.status
    is_wrong = status.phase == "Invalid" or status.target_found is False
    if is_wrong or any(session.conditions for session in status.sessions):
        return f"kubectl kubestash describe backupconfiguration {name} -n {home}"
    return (
        "the operator makes the first backup by itself; watch it: "
        f"kubectl kubestash backup wait {name}@latest -n {home}"
    )


def why_not_ready(configuration: BackupConfiguration) -> str:
    """What the operator has found missing, in one sentence."""
    status = configuration.status
    kinds = (conditions.VALIDATION_PASSED,)
    if message := conditions.first_false_message(status.conditions, kinds):
        return message.replace(f"BackupConfiguration {configuration.key}: ", "")
    if status.target_found is False:
        return "the target does not exist."
    for backend in status.backends:
        if not backend.ready:
            parts = (backend.storage, backend.retention_policy)
            reasons = [part.reason for part in parts if part and part.reason]
            name = f"backend {backend.name!r}" if backend.name else "the backend"
            return f"{name} is not ready. {' '.join(reasons)}".strip()
    for session in status.sessions:
        kinds = (conditions.SCHEDULER_ENSURED,)
        if message := conditions.first_false_message(session.conditions, kinds):
            return message
    return "the operator has not found it ready yet. Is the operator running?"


def _refuse_running(session: Session, inputs: TriggerInputs) -> None:
    home, invoker = inputs.configuration.key
    for run in inputs.running:
        is_same = run.invoker_key == (home, invoker) and run.spec.session == session.name
        if is_same and not run.status.phase.is_final:
            waits = run.status.phase == BackupSessionPhase.PENDING
            raise Refused(
                f"Session {session.name!r} of BackupConfiguration {home}/{invoker} "
                f"{'waits already to run' if waits else 'runs already'} as {run.key.name}.",
                f"kubectl kubestash backup logs {run.key.name} -n {home}",
                f"when it has ended, try again: kubectl kubestash backup wait {run.key.name} "
                f"-n {home}",
            )
