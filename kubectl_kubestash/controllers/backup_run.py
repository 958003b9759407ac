"""Everything that is known about one BackupSession when a pass begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.backup_configuration import BackupConfiguration
from ..api.core.backup_session import BackupSession
from ..api.resources import BACKUP_SESSION, SNAPSHOT, ObjectKey
from ..kube.store import key_of
from ..resolve import conditions, labels, names
from ..resolve.snapshot_status import is_reported
from . import jobs
from .result import Result, after, done
from .writer import merged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Object
    from ..resolve.job_state import JobState
    from .context import Context


@dataclass(frozen=True)
class BackupRun:
    """One session, its Snapshots and its Jobs, as they are now."""

    raw: Object
    session: BackupSession
    snapshots: tuple[Object, ...]
    jobs: tuple[tuple[Object, JobState], ...]
    finish: JobState | None

    @property
    def key(self) -> ObjectKey:
        """Namespace and name of the session."""
        return self.session.key

    @property
    def status(self) -> Mapping[str, Any]:
        """What is recorded."""
        return self.raw.get("status") or {}

    @property
    def created(self) -> datetime:
        """When the session was created."""
        return datetime.fromisoformat(self.raw["metadata"]["creationTimestamp"])

    @property
    def states(self) -> list[JobState]:
        """The states of the backup Jobs."""
        return [state for _, state in self.jobs]

    @property
    def ended(self) -> datetime | None:
        """When the last backup Job ended; None when none is left to tell."""
        moments = [
            datetime.fromisoformat(str(entry["lastTransitionTime"]))
            for job, _ in self.jobs
            for entry in (job.get("status") or {}).get("conditions") or ()
            if entry.get("type") in {"Complete", "Failed"} and entry.get("status") == "True"
        ]
        return max(moments, default=None)

    @property
    def is_reported(self) -> bool:
        """Whether each component of each Snapshot has ended, or will never be heard of."""
        return bool(self.snapshots) and all(
            is_reported(status)
            or conditions.is_true(status.get("conditions") or (), conditions.BACKUP_INCOMPLETE)
            for entry in self.snapshots
            for status in [entry.get("status") or {}]
        )

    def snapshot_entries(self) -> list[dict[str, Any]]:
        """`status.snapshots`, with the phases that the Snapshots have now."""
        now = {
            entry["metadata"]["name"]: (entry.get("status") or {}).get("phase") or "Pending"
            for entry in self.snapshots
        }
        return [
            {**entry, "phase": now.get(entry["name"], "Failed")}
            for entry in self.status.get("snapshots") or ()
        ]


def gather(context: Context, raw: Object) -> BackupRun:
    """The session with what the caches hold about it. Raises Unsupported."""
    session = context.store.parse(BackupSession, raw)
    key = key_of(raw)
    found = jobs.of_owner(context, BACKUP_SESSION.kind, key, uid=raw["metadata"]["uid"])
    finishers = [job for job in found if jobs.has_component(job, labels.FINISHER, labels.CLEANER)]
    return BackupRun(
        raw=raw,
        session=session,
        snapshots=tuple(_snapshots_of(context, raw)),
        jobs=tuple(
            (job, jobs.state(context, job))
            for job in found
            if jobs.has_component(job, labels.BACKUP)
        ),
        finish=jobs.state(context, finishers[0]) if finishers else None,
    )


def takes(session: Object, snapshot: Object) -> bool:
    """Whether this session made this Snapshot, rather than a namesake that was there before it.

    A Snapshot of any name may say that it is of this session: ours have the name that follows.
    """
    run, spec = session["metadata"], snapshot.get("spec") or {}
    metadata = snapshot["metadata"]
    return (
        spec.get("backupSession") == run["name"]
        and metadata["name"] in _snapshot_names(str(spec.get("repository") or ""), run["name"])
        and not jobs.is_of_namesake(snapshot, run["uid"])
        # Both are the API server's own, RFC 3339 in UTC: the texts have the order of the times.
        and str(metadata["creationTimestamp"]) >= str(run["creationTimestamp"])
    )


def _snapshot_names(repository: str, run: str) -> tuple[str, str]:
    """What a Snapshot is called now, and before names that are cut had a hash."""
    return names.snapshot(repository, run), names.former_snapshot(repository, run)


def _snapshots_of(context: Context, session: Object) -> list[Object]:
    """The Snapshots of a session that are not being deleted."""
    return [
        entry
        for entry in context.store.by_index(SNAPSHOT, "session", f"{key_of(session)}")
        if not entry["metadata"].get("deletionTimestamp") and takes(session, entry)
    ]


def is_stale(context: Context, run: BackupRun) -> Result | None:
    """What to do when the session is not any more as we know it; None when it is."""
    live = context.client.find(BACKUP_SESSION, run.key)
    if live is None or live["metadata"]["uid"] != run.raw["metadata"]["uid"]:
        return done()
    if live["metadata"]["resourceVersion"] != run.raw["metadata"]["resourceVersion"]:
        context.store.remember(BACKUP_SESSION, live)
        return after(timedelta())
    return None


def configuration_of(context: Context, session: BackupSession) -> BackupConfiguration | None:
    """The BackupConfiguration of a session, or None when there is none."""
    invoker = session.spec.invoker
    if invoker is None or invoker.kind != "BackupConfiguration":
        return None
    return context.store.view(BackupConfiguration, session.invoker_key)


def record(context: Context, run: BackupRun, fields: Mapping[str, Any], detail: str = "") -> Object:
    """The one status write of a pass. Raises Conflict when the session has changed meanwhile."""
    written = context.writer.patch_status(BACKUP_SESSION, run.raw, fields)
    after = str(merged(run.status, fields).get("phase") or "Pending")
    context.note_phase(run.raw, str(run.status.get("phase") or ""), after, detail)
    return written
