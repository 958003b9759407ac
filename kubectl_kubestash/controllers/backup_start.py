"""The first steps of a BackupSession: its turn, its Snapshots, its Jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..api.core.backup_session import BackupSession
from ..api.resources import BACKUP_SESSION
from ..errors import AlreadyExists, ClusterError, Forbidden, Invalid, KubeStashError
from ..resolve import backup_session as steps
from ..resolve import conditions
from ..resolve.access import BACKUP_JOB
from ..resolve.executor_job import backup_jobs, left_out, too_large
from ..resolve.job_reads import of_backup
from ..resolve.object_size import LONGEST_MESSAGE, shortened
from . import jobs
from .backup_run import BackupRun, gather, is_stale, record
from .result import Result, after, done

if TYPE_CHECKING:
    from ..kube.client import Object
    from ..resolve.run_tasks import BackupJobInputs
    from .context import Context
from .backup_inputs import (
    Blocked,
    CannotStart,
    NotYet,
    as_recorded,
    check_ready,
    invoker_of,
    job_inputs,
    time_limit,
    with_affinity,
)
from .backup_snapshots import ensure_snapshot

_PATIENCE = timedelta(seconds=30)
"""A session that waits for longer says what for."""


def queue(context: Context, run: BackupRun) -> Result:
    """Wait for the session's turn; then record its Snapshots and that it runs."""
    if run.status.get("phase") == steps.RUNNING:
        return fail(context, run, "It was Running, but its Snapshots were never recorded.")
    turn = _turn(context, run)
    waited = context.now() - run.created
    if turn.skip:
        return _skip(context, run, turn.reason)
    if not turn.may_start:
        too_long = waited > context.settings.default_deadline
        reason = f"It waited too long: {turn.reason}"
        return fail(context, run, reason) if too_long else _wait(context, run, turn.reason)
    may_wait = waited < context.settings.start_deadline
    try:
        run, inputs, bodies = _begin(context, run, may_wait=may_wait)
    except CannotStart as error:
        if waited < _longest_wait(context, error):
            return _wait(context, run, error.message)
        return fail(context, run, error.message)
    return _launch(context, run, inputs, bodies)


def _begin(
    context: Context, run: BackupRun, *, may_wait: bool
) -> tuple[BackupRun, BackupJobInputs, list[Object]]:
    """Record the Snapshots; the run as it is then, with its Jobs and what they were made from.

    Raises CannotStart, and NotYet for what may pass.
    """
    try:
        configuration = invoker_of(context, run)
        if may_wait:
            check_ready(context, configuration)
        inputs = job_inputs(context, run, configuration)
        bodies = backup_jobs(inputs)
        objection = too_large(inputs, _components(bodies))
    except ClusterError:
        raise
    except NotYet:
        raise
    except KubeStashError as error:
        raise CannotStart(error.message) from error
    if objection:
        raise CannotStart(objection)
    if blocking := jobs.in_the_way(context, bodies):
        raise Blocked(f"It waits for {', '.join(blocking)}.")
    try:
        return _record_snapshots(context, run, inputs, bodies), inputs, bodies
    except (AlreadyExists, Invalid) as error:
        raise CannotStart(error.message) from error


def launch(context: Context, run: BackupRun) -> Result:
    """Start the Jobs of a session whose Snapshots an earlier pass has recorded."""
    try:
        inputs = job_inputs(context, run, invoker_of(context, run), judged=True)
        bodies = backup_jobs(inputs)
    except ClusterError:
        raise
    except KubeStashError as error:
        return _executor(context, run, False, error.message)
    return _launch(context, run, inputs, bodies)


def _launch(
    context: Context, run: BackupRun, inputs: BackupJobInputs, bodies: list[Object]
) -> Result:
    """Start these Jobs, unless others are in the way or the session is not as we know it."""
    try:
        bodies = as_recorded(run, with_affinity(context, run, bodies))
    except ClusterError:
        raise
    except KubeStashError as error:
        return _executor(context, run, False, error.message)
    if blocking := jobs.in_the_way(context, bodies):
        return _wait(context, run, f"It waits for {', '.join(blocking)}.")
    if (stale := is_stale(context, run)) is not None:
        return stale
    try:
        jobs.launch(
            context,
            run.raw,
            bodies,
            role=BACKUP_JOB,
            run_name=run.key.name,
            reads=of_backup(inputs),
        )
    except (AlreadyExists, Invalid, Forbidden) as error:
        # A quota may have room again; a right that is missing may be granted.
        if isinstance(error, Forbidden) and not _is_late(context, run):
            raise
        return _executor(context, run, False, error.message)
    return _executor(context, run, True, "Backup Executor has been ensured successfully.")


def fail(context: Context, run: BackupRun, reason: str) -> Result:
    """Record that no Snapshots can be taken; the next pass writes down the end."""
    entries = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.SNAPSHOTS_ENSURED,
        False,
        reason,
        now=context.now(),
    )
    record(context, run, {"conditions": entries})
    return after(timedelta())


def _turn(context: Context, run: BackupRun) -> steps.Turn:
    invoker = f"{run.session.invoker_key}"
    others = context.store.views_by_index(BackupSession, "invoker", invoker)
    return steps.turn(
        _contender(context, run.session),
        [
            _contender(context, other)
            for other in others
            if other.metadata.uid != run.session.metadata.uid
            and not other.status.phase.is_final
            and not other.is_being_deleted
        ],
    )


def _contender(context: Context, session: BackupSession) -> steps.Contender:
    raw = context.store.find(BACKUP_SESSION, session.key)
    running = session.status.phase == steps.RUNNING
    stale = False
    if running and raw is not None:
        found = gather(context, raw)
        recorded = found.status.get("conditions") or ()
        ended = not any(not state.is_final for state in found.states)
        stale = steps.is_overdue(found.status, now=context.now()) or (
            conditions.is_true(recorded, conditions.BACKUP_EXECUTOR_ENSURED)
            and ended
            and not found.is_reported
        )
    return steps.Contender(
        name=session.metadata.name,
        session=session.spec.session,
        created=session.metadata.creation_timestamp or context.now(),
        is_running=running,
        is_stale=stale,
    )


def _skip(context: Context, run: BackupRun, reason: str) -> Result:
    entries = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.BACKUP_SKIPPED,
        True,
        reason,
        now=context.now(),
    )
    record(context, run, {"conditions": entries, "phase": steps.SKIPPED}, reason)
    context.events.warning(run.raw, "BackupSkipped", reason)
    return done()


def _longest_wait(context: Context, error: CannotStart) -> timedelta:
    """How long a session may wait for this to pass."""
    if isinstance(error, Blocked):
        return context.settings.default_deadline  # What removes data may take its time.
    return context.settings.start_deadline if isinstance(error, NotYet) else timedelta()


def _is_late(context: Context, run: BackupRun) -> bool:
    """Whether the Jobs should have been made long since."""
    entry = conditions.find(run.status.get("conditions") or (), conditions.SNAPSHOTS_ENSURED)
    since = datetime.fromisoformat(str((entry or {})["lastTransitionTime"]))
    return context.now() > since + context.settings.start_deadline


def _wait(context: Context, run: BackupRun, reason: str) -> Result:
    if context.now() - run.created > _PATIENCE:
        context.events.normal(run.raw, "BackupWaits", reason)
    if not run.status.get("phase"):
        record(context, run, {"phase": steps.PENDING})
    return after(context.settings.poll)


def _components(bodies: list[Object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for body in bodies for name in jobs.components(body)))


def _record_snapshots(
    context: Context, run: BackupRun, inputs: BackupJobInputs, bodies: list[Object]
) -> BackupRun:
    wanted = _components(bodies)
    missing = shortened(left_out(inputs), LONGEST_MESSAGE)
    snapshots = tuple(
        ensure_snapshot(context, run, repository, wanted, left_out=missing)
        for repository in inputs.repositories
    )
    entries = [
        {
            "name": snapshot["metadata"]["name"],
            "phase": (snapshot.get("status") or {}).get("phase") or steps.PENDING,
            "appRef": snapshot["spec"].get("appRef"),
            "repository": snapshot["spec"]["repository"],
        }
        for snapshot in snapshots
    ]
    now = context.now()
    recorded = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.SNAPSHOTS_ENSURED,
        True,
        "Snapshots have been ensured successfully.",
        now=now,
    )
    if missing:
        context.events.normal(run.raw, conditions.VOLUMES_LEFT_OUT.type, missing)
        recorded = conditions.with_condition(
            recorded, conditions.VOLUMES_LEFT_OUT, True, missing, now=now
        )
    fields = {
        "phase": steps.RUNNING,
        "backupDeadline": conditions.timestamp(now + time_limit(context, run)),
        "totalSnapshots": len(entries),
        "snapshots": entries,
        "conditions": recorded,
    }
    written = record(context, run, fields, f"components {', '.join(wanted)}")
    return replace(run, raw=written, snapshots=snapshots)


def _executor(context: Context, run: BackupRun, ok: bool, message: str) -> Result:
    entries = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.BACKUP_EXECUTOR_ENSURED,
        ok,
        message,
        now=context.now(),
    )
    record(context, run, {"conditions": entries})
    return after(timedelta() if not ok else context.settings.poll)
