"""What comes after a backup: how it ended, retries, history, removal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.backup_session import BackupSession
from ..api.resources import BACKUP_SESSION, SNAPSHOT
from ..errors import UsageError
from ..kube.store import key_of
from ..resolve import backup_session as steps
from ..resolve import conditions, names, snapshot_status
from ..resolve.durations import parse_limit
from ..resolve.labels import FINALIZER
from . import finalizers, jobs
from .backup_run import BackupRun, configuration_of, record
from .result import Result, after, done
from .writer import merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.resources import ObjectKey
    from ..kube.client import Object
    from .context import Context


def conclude(context: Context, run: BackupRun, fields: Mapping[str, Any] | None = None) -> Result:
    """Write down how the session ended, once everything else is in its place."""
    run = _close_snapshots(context, run, fields or {})
    _clean_history(context, run)
    status = merged(run.status, {**(fields or {}), "snapshots": run.snapshot_entries()})
    ended = steps.conclusion(
        status, created=run.created, now=context.now(), retry_delay=_retry_delay(context, run)
    )
    final = merged(status, ended)
    reason = steps.failure(final)
    wanted = {**(fields or {}), "snapshots": status["snapshots"], **ended}
    written = record(context, run, wanted, reason or str(final.get("duration", "")))
    if final["phase"] == steps.FAILED:
        context.events.warning(run.raw, "BackupFailed", _with_cause(reason, run.snapshots))
    else:
        context.events.normal(run.raw, "BackupSucceeded", f"It took {final['duration']}.")
    return _when_to_retry(context, written)


def _with_cause(reason: str, snapshots: Iterable[Object]) -> str:
    """An Event is often all that is looked at, and `snapshots are failed` does not say why."""
    errors = (snapshot_status.first_error(each.get("status") or {}) for each in snapshots)
    cause = next(filter(None, errors), "")
    return f"{reason}: {cause}" if cause else reason


def expire(context: Context, run: BackupRun) -> Result:
    """The deadline has passed: end the Jobs, fail what they did not finish."""
    reason = f"The deadline {run.status.get('backupDeadline')} has passed."
    for job, _ in run.jobs:
        jobs.remove(context, job)
    jobs.remove_all(context, BACKUP_SESSION.kind, run.key)
    entries = run.status.get("conditions") or ()
    if conditions.is_true(entries, conditions.RETENTION_POLICY_EXECUTOR_ENSURED):
        kind, status = conditions.SNAPSHOT_CLEANUP_INCOMPLETE, True
    elif conditions.is_true(entries, conditions.SNAPSHOTS_ENSURED):
        kind, status = conditions.BACKUP_EXECUTOR_ENSURED, False
    else:
        kind, status = conditions.SNAPSHOTS_ENSURED, False
    changed = conditions.with_condition(entries, kind, status, reason, now=context.now())
    return conclude(context, run, {"conditions": changed})


def look_after_ended(context: Context, raw: Object) -> Result:
    """A session at its end: start its retry when the time has come."""
    status = raw.get("status") or {}
    if not status.get("nextRetry") or status.get("retried"):
        return done()
    wait = _when_to_retry(context, raw)
    if wait.after is None or wait.after > timedelta():
        return wait
    session = context.store.parse(BackupSession, raw)
    configuration = configuration_of(context, session)
    if configuration is None or configuration.is_being_deleted or configuration.spec.paused:
        return done()  # When it is resumed, its sessions are looked at again.
    if _is_superseded(context, raw, session):
        return done()
    context.writer.ensure(
        BACKUP_SESSION,
        _retry(raw, session, str(status["nextRetry"])),
        ours=lambda there: there["spec"].get("session") == session.spec.session,
    )
    context.writer.patch_status(BACKUP_SESSION, raw, {"retried": True})
    return done()


def _is_superseded(context: Context, raw: Object, session: BackupSession) -> bool:
    """Whether a newer run of the same session is there, so that another try proves nothing."""
    return any(
        entry["spec"].get("session") == session.spec.session
        and entry["metadata"]["creationTimestamp"] > raw["metadata"]["creationTimestamp"]
        for entry in context.store.by_index(BACKUP_SESSION, "invoker", f"{session.invoker_key}")
    )


def release(context: Context, raw: Object) -> Result:
    """The session is being deleted: its Jobs go with it."""
    jobs.remove_all(context, BACKUP_SESSION.kind, key_of(raw))
    finalizers.take_off(context.writer, BACKUP_SESSION, raw)
    return done()


def sweep(context: Context, key: ObjectKey) -> Result:
    """The session is gone: so are its Jobs, should any have been left behind."""
    left = jobs.of_owner(context, BACKUP_SESSION.kind, key)
    if left and context.client.find(BACKUP_SESSION, key) is None:
        for job in left:
            jobs.remove(context, job)
    return done()


def _close_snapshots(context: Context, run: BackupRun, fields: Mapping[str, Any]) -> BackupRun:
    """No Snapshot of an ended session stays unfinished."""
    status = merged(run.status, fields)
    closed = []
    for snapshot in run.snapshots:
        state = snapshot.get("status") or {}
        if snapshot_status.phase(state) in snapshot_status.FINAL:
            closed.append(_with_derived(context, snapshot))
            continue
        reason = steps.failure(status) or "The session has ended before the backup was complete."
        if snapshot_status.is_reported(state):
            changes = snapshot_status.uploaded(state, False, reason, now=context.now())
        else:
            changes = snapshot_status.incomplete(state, reason, now=context.now())
        closed.append(context.writer.patch_status(SNAPSHOT, snapshot, changes))
    return BackupRun(run.raw, run.session, tuple(closed), run.jobs, run.finish)


def _with_derived(context: Context, snapshot: Object) -> Object:
    status = snapshot.get("status") or {}
    return context.writer.patch_status(SNAPSHOT, snapshot, snapshot_status.derived(status))


def _clean_history(context: Context, run: BackupRun) -> None:
    configuration = configuration_of(context, run.session)
    spec = None if configuration is None else configuration.session(run.session.spec.session)
    limit = 1 if spec is None else spec.session_history_limit
    invoker = f"{run.session.invoker_key}"
    history = [
        steps.Finished(
            name=entry.metadata.name,
            created=entry.metadata.creation_timestamp or context.now(),
            phase=entry.status.phase,
        )
        for entry in context.store.views_by_index(BackupSession, "invoker", invoker)
        if entry.spec.session == run.session.spec.session
        and entry.metadata.name != run.key.name
        and not entry.is_being_deleted
    ]
    mine = steps.Finished(name=run.key.name, created=run.created, phase=steps.SUCCEEDED)
    for name in steps.superfluous([*history, mine], limit):
        raw = context.store.find(BACKUP_SESSION, run.key._replace(name=name))
        if raw is not None and name != run.key.name:
            context.writer.delete(BACKUP_SESSION, raw)


def _retry_delay(context: Context, run: BackupRun) -> timedelta | None:
    if run.session.spec.retry_left <= 0:
        return None
    configuration = configuration_of(context, run.session)
    spec = None if configuration is None else configuration.session(run.session.spec.session)
    if spec is None:
        return None
    delay = spec.retry_config.delay if spec.retry_config is not None else ""
    try:
        return parse_limit(delay) if delay else timedelta()
    except UsageError:
        return timedelta()  # It was changed while the session ran; an end does not wait for it.


def _when_to_retry(context: Context, raw: Object) -> Result:
    status = raw.get("status") or {}
    if not status.get("nextRetry") or status.get("retried"):
        return done()
    return after(datetime.fromisoformat(str(status["nextRetry"])) - context.now())


def _retry(raw: Object, session: BackupSession, at: str) -> Object:
    """The next try; its name comes from the time that was recorded, so there is only one."""
    moment = round(datetime.fromisoformat(at).timestamp())
    name = names.backup_session(session.invoker_key.name, session.spec.session, moment)
    if name == session.metadata.name:
        name = names.backup_session(session.invoker_key.name, session.spec.session, moment + 1)
    metadata: dict[str, Any] = {
        "namespace": session.metadata.namespace,
        "name": name,
        "finalizers": [FINALIZER],
    }
    for field in ("labels", "ownerReferences"):
        if raw["metadata"].get(field):
            metadata[field] = raw["metadata"][field]
    return {
        "apiVersion": raw["apiVersion"],
        "kind": raw["kind"],
        "metadata": metadata,
        "spec": {**raw["spec"], "retryLeft": session.spec.retry_left - 1},
    }
