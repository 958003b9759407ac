"""`kubestash-runner trigger-backup`: what a schedule's CronJob runs, makes a BackupSession.

The name is made from the time that was due, not from the time of the pod, so a Job that starts two
pods, or a pod that comes late, still makes one session for one due time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.backup_configuration import BackupConfiguration, Session
from ..api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, ObjectKey
from ..errors import AlreadyExists, Refused, UsageError
from ..resolve import labels, names
from ..resolve.manifest import manifest
from .guarded import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kube.client import Client, Object

# A CronJob's controller names its Jobs `<cronjob>-<minutes since 1970 of the due time>`.
_DUE = re.compile(r".+-(\d{8})")
_PLAUSIBLE = timedelta(days=8)


@dataclass(frozen=True)
class TriggerBackup:
    """One run of the task."""

    client: Client
    invoker_kind: str
    invoker: ObjectKey
    session: str
    job: str
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now

    def run(self) -> bool:
        """Make the BackupSession, unless there is one for this due time; always True.

        Raises NotFound, UsageError, Refused when another run has its name.
        """
        if self.invoker_kind != BACKUP_CONFIGURATION.kind:
            raise UsageError(f"--invoker-kind {self.invoker_kind} is not supported yet.")
        raw = self.client.get(BACKUP_CONFIGURATION, self.invoker)
        configuration = BackupConfiguration.model_validate(raw)
        session = _session(configuration, self.session)
        if configuration.spec.paused:
            self.narrate(f"BackupConfiguration {self.invoker} is paused: nothing is started.")
            return True
        body = backup_session(configuration, session, due=due_time(self.job, self.clock()))
        name = f"BackupSession {self.invoker.namespace}/{body['metadata']['name']}"
        try:
            self.client.create(BACKUP_SESSION, body)
            self.narrate(f"{name} created.")
        except AlreadyExists:
            self._check_same(body)
            self.narrate(f"{name} is there already: it was started for the same due time.")
        return True

    def _check_same(self, wanted: Object) -> None:
        """Raises Refused when the run of this name is one of another configuration or session."""
        key = ObjectKey(self.invoker.namespace, wanted["metadata"]["name"])
        spec = (self.client.find(BACKUP_SESSION, key) or wanted).get("spec") or {}
        invoker, session = (spec.get("invoker") or {}).get("name"), spec.get("session")
        if (invoker, session) != (self.invoker.name, self.session):
            raise Refused(
                f"BackupSession {key} is there already, as a run of session {session!r} of "
                f"BackupConfiguration {invoker}, so this run of session {self.session!r} of "
                f"{self.invoker.name} cannot be made.",
                "Rename one of the sessions: names are joined by '-', and these come out the same.",
            )


def due_time(job: str, now: datetime) -> datetime:
    """When this run was due, as the name of a CronJob's Job tells; now for any other name."""
    match = _DUE.fullmatch(job)
    if match is None:
        return now
    due = datetime.fromtimestamp(int(match[1]) * 60, UTC)
    return due if now - _PLAUSIBLE < due <= now + timedelta(minutes=2) else now


def backup_session(
    configuration: BackupConfiguration, session: Session, *, due: datetime
) -> Object:
    """The BackupSession of a scheduled run."""
    home, owner = configuration.key, configuration.metadata
    spec: dict[str, Any] = {
        "invoker": {
            "apiGroup": BACKUP_CONFIGURATION.group,
            "kind": BACKUP_CONFIGURATION.kind,
            "name": home.name,
        },
        "session": session.name,
        "retryLeft": session.retry_config.max_retry if session.retry_config else 0,
    }
    if session.backup_timeout:
        spec["backupTimeout"] = session.backup_timeout
    name = names.backup_session(home.name, session.name, int(due.timestamp()))
    body = manifest(
        BACKUP_SESSION,
        ObjectKey(home.namespace, name),
        labels={labels.INVOKER_NAME: names.unique(home.name)},
        spec=spec,
    )
    body["metadata"]["ownerReferences"] = [
        {
            "apiVersion": BACKUP_CONFIGURATION.api_version,
            "kind": BACKUP_CONFIGURATION.kind,
            "name": home.name,
            "uid": owner.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    return body


def _session(configuration: BackupConfiguration, name: str) -> Session:
    for session in configuration.spec.sessions:
        if session.name == name:
            return session
    known = ", ".join(session.name for session in configuration.spec.sessions) or "none"
    raise UsageError(
        f"BackupConfiguration {configuration.key} has no session {name!r}; it has {known}."
    )
