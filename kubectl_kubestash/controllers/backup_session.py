"""Drives a BackupSession from Pending to its end.

Watches:  BackupSession, its Snapshots, Jobs and Pods.
Writes:   status of the BackupSession and its Snapshots, marks of retention; Snapshots, Jobs and
          their rights; deletes sessions beyond the history limit.
Never:    reads a Secret or a backend. Every pass looks at the cluster afresh, so a pass may be
          lost, repeated, or cut off half-way; objects have fixed names, so none is made twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_SESSION
from ..resolve.backup_session import FINAL, Step, next_step
from . import backup_aftermath, backup_collect, backup_finish, backup_start, finalizers, jobs
from .backup_run import BackupRun, gather, record
from .result import Result, after

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api.resources import ObjectKey
    from .context import Context


class BackupSessionReconciler:
    """One pass over one BackupSession."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._take: dict[Step, Callable[[Context, BackupRun], Result]] = {
            Step.QUEUE: backup_start.queue,
            Step.LAUNCH: backup_start.launch,
            Step.OBSERVE: backup_collect.observe,
            Step.COLLECT: backup_collect.collect,
            Step.FINISH: _finish,
            Step.AWAIT: _await,
            Step.SETTLE: _settle,
            Step.EXPIRE: backup_aftermath.expire,
            Step.CONCLUDE: backup_aftermath.conclude,
        }

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, observe, judge, act, record."""
        context = self._context
        raw = context.store.find(BACKUP_SESSION, key)
        if raw is None:
            return backup_aftermath.sweep(context, key)
        if finalizers.is_being_deleted(raw):
            return backup_aftermath.release(context, raw)
        raw = finalizers.put_on(context.writer, BACKUP_SESSION, raw)
        if (raw.get("status") or {}).get("phase") in FINAL:
            return backup_aftermath.look_after_ended(context, raw)
        run = gather(context, raw)
        step = next_step(
            run.status,
            run.states,
            run.finish,
            reported=run.is_reported,
            now=context.now(),
            patience=context.settings.default_deadline,
        )
        return self._take[step](context, run)


def _finish(context: Context, run: BackupRun) -> Result:
    if not backup_finish.is_worth_finishing(run):
        return backup_aftermath.conclude(context, run)
    return backup_finish.start(context, run)


def _await(context: Context, run: BackupRun) -> Result:
    """The finishing Job runs; one that does not start is ended like any other."""
    if run.finish is not None:
        jobs.tell_missing_images(context, run.raw, [run.finish])
        if jobs.waits_too_long(context, run.finish):
            jobs.remove_by_name(context, BACKUP_SESSION.kind, run.key, run.finish.name)
    record(context, run, {"snapshots": run.snapshot_entries()})
    return after(context.settings.poll)


def _settle(context: Context, run: BackupRun) -> Result:
    if backup_finish.deserves_another_try(context, run):
        return backup_finish.try_again(context, run)
    run, fields = backup_finish.settle(context, run)
    return backup_aftermath.conclude(context, run, fields)
