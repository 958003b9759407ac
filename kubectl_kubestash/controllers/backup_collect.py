"""What the backup Jobs of a session have reported, or why they have not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import SNAPSHOT
from ..kube.store import key_of
from ..resolve import conditions, snapshot_status
from ..resolve.results import decode
from . import jobs
from .backup_run import BackupRun, record
from .result import Result, after
from .writer import merged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Object
    from .context import Context


def observe(context: Context, run: BackupRun) -> Result:
    """Look after Jobs that run: end those that do not start, record how far the Snapshots are."""
    jobs.tell_missing_images(context, run.raw, run.states)
    late = [(job, state) for job, state in run.jobs if jobs.waits_too_long(context, state)]
    entries = list(run.status.get("conditions") or ())
    for job, state in late:
        cause = jobs.why_it_does_not_start(context, job, state)
        limit = int(context.settings.start_deadline.total_seconds())
        reason = f"Job {state.name} has not started within {limit}s: {cause}"
        fail_components(context, run, reason, jobs.components(job))
        jobs.remove(context, job)
        context.events.warning(run.raw, "BackupJobNotStarted", reason)
        entries = conditions.with_condition(
            entries, conditions.POD_PENDING_TOO_LONG, True, reason, now=context.now()
        )
    record(context, run, {"conditions": entries, "snapshots": run.snapshot_entries()})
    return after(timedelta() if late else context.settings.poll)


def collect(context: Context, run: BackupRun) -> Result:
    """All Jobs have ended, but not all components: take over their results, or fail them."""
    for seen in run.snapshots:
        # The last write of the runner may be newer than what the watch has delivered.
        live = context.client.find(SNAPSHOT, key_of(seen))
        if live is None:
            continue
        context.store.remember(SNAPSHOT, live)
        if not snapshot_status.is_reported(live.get("status") or {}):
            _take_over(context, run, live)
    if not run.snapshots:
        entries = conditions.with_condition(
            run.status.get("conditions") or (),
            conditions.SNAPSHOTS_ENSURED,
            False,
            "The Snapshots of the session are gone.",
            now=context.now(),
        )
        record(context, run, {"conditions": entries})
    return after(timedelta())


def fail_components(
    context: Context, run: BackupRun, reason: str, components: tuple[str, ...] = ()
) -> None:
    """Fail the unfinished components of all Snapshots; those named, or all."""
    for snapshot in run.snapshots:
        status = snapshot.get("status") or {}
        changes = snapshot_status.incomplete(status, reason, now=context.now())
        if components:
            parts = changes["components"]
            changes["components"] = {name: parts[name] for name in components if name in parts}
        if changes["components"]:
            context.writer.patch_status(SNAPSHOT, snapshot, changes)


def _take_over(context: Context, run: BackupRun, snapshot: Object) -> None:
    status = snapshot.get("status") or {}
    name = snapshot["metadata"]["name"]
    parts: dict[str, Any] = {}
    for component, part in snapshot_status.components_of(status).items():
        if part.get("phase") not in snapshot_status.FINAL:
            reported = _reported(run, name, component)
            if reported is not None:
                parts[component] = reported
    status = merged(status, {"components": parts})
    changes: dict[str, Any] = {"components": parts}
    if not snapshot_status.is_reported(status):
        why = {name: jobs.why_without_result(run.jobs, name) for name in _unfinished(status)}
        reason = f"Failed to complete backup. Reason: {jobs.told_once(why)}"
        each = {name: f"Failed to complete backup. Reason: {text}" for name, text in why.items()}
        ended = snapshot_status.incomplete(status, reason, now=context.now(), each=each)
        changes = merged(changes, ended)
        context.events.warning(run.raw, "BackupIncomplete", reason)
    context.writer.patch_status(SNAPSHOT, snapshot, changes)


def _reported(run: BackupRun, snapshot: str, component: str) -> dict[str, Any] | None:
    """The final status of a component as its runner has left it with the kubelet."""
    owner = f"{run.key}"
    for state in run.states:
        for message in state.messages:
            document = decode(message, "backup", owner)
            if document is None or document.get("component") != component:
                continue
            entry = (document.get("snapshots") or {}).get(snapshot)
            if entry and entry.get("phase") in snapshot_status.FINAL:
                found = {**(entry.get("status") or {}), "phase": entry["phase"]}
                if entry.get("error"):
                    found["error"] = entry["error"]
                return found
    return None


def _unfinished(status: Mapping[str, Any]) -> list[str]:
    parts = snapshot_status.components_of(status)
    return [name for name, part in parts.items() if part.get("phase") not in snapshot_status.FINAL]
