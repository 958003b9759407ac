"""The end of a backup: the finishing Job, its result, retention."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import BACKUP_SESSION, REPOSITORY, SNAPSHOT, ObjectKey
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..errors import AlreadyExists, Invalid, KubeStashError, Unsupported, UsageError
from ..kube.store import key_of
from ..resolve import backup_session as steps
from ..resolve import conditions, labels, repository_status, snapshot_status
from ..resolve.access import BACKUP_JOB
from ..resolve.job_reads import of_session
from ..resolve.runner_job import finish_job
from . import finalizers, jobs
from .backup_retention import mark, policy_of
from .backup_run import BackupRun, configuration_of, is_stale, record
from .repository import snapshots_in
from .result import Result, after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.pod_template import PodTemplate
    from ..kube.client import Object
    from ..resolve.access import Named
    from .context import Context


def is_worth_finishing(run: BackupRun) -> bool:
    """Whether a Snapshot of the session has data, or at least a result, to be recorded."""
    return any(
        not conditions.is_true(
            (entry.get("status") or {}).get("conditions") or (), conditions.BACKUP_INCOMPLETE
        )
        for entry in run.snapshots
    )


def start(context: Context, run: BackupRun) -> Result:
    """Mark what retention lets go of, then start the finishing Job."""
    configuration = configuration_of(context, run.session)
    repositories = _repositories(context, run)
    storages = _storages(context, repositories)
    try:
        body = finish_job(
            run.session,
            repositories=repositories,
            storages=storages,
            image=context.settings.image,
            job_template=_job_template(run, configuration),
        )
    except KubeStashError as error:
        return _finisher(context, run, False, error.message)
    if blocking := jobs.in_the_way(context, [body]):
        own = {f"{run.key.namespace}/{job.name}" for _, job in run.jobs}  # about to be complete
        if others := [name for name in blocking if name not in own]:
            context.events.normal(run.raw, "FinishingWaits", f"Waits for Job {', '.join(others)}.")
        return after(context.settings.poll)
    if (stale := is_stale(context, run)) is not None:
        return stale
    try:
        if configuration is not None and _all_succeeded(run):
            mark(context, run, configuration, repositories)
    except (UsageError, Unsupported) as error:
        # The backup is good, whatever its policy says now; what is not judged stays.
        context.events.warning(run.raw, "RetentionNotJudged", error.message)
    try:
        _launch(context, run, body, of_session(repositories, storages))
    except (AlreadyExists, Invalid) as error:
        return _finisher(context, run, False, error.message)
    later = steps.deadline_after_wait(run.status, ended=run.ended, now=context.now())
    message = "RetentionPolicy Executor has been ensured successfully."
    return _finisher(context, run, True, message, deadline=later)


def _launch(context: Context, run: BackupRun, body: Object, reads: list[Named]) -> None:
    """It runs as the backup did, with its rights, unless they went with a Job that is gone."""
    if run.jobs:
        jobs.start(context, run.raw, body)
        return
    jobs.launch(context, run.raw, [body], role=BACKUP_JOB, run_name=run.key.name, reads=reads)


def deserves_another_try(context: Context, run: BackupRun) -> bool:
    """Whether the finishing Job ended without a word on each Repository for the first time.

    Its pod may have been killed, or its node drained: that says nothing about the backup.
    """
    if run.finish is not None:
        told = (jobs.result(run.finish, "finish", f"{run.key}") or {}).get("repositories") or {}
        if {snapshot["spec"]["repository"] for snapshot in run.snapshots} <= told.keys():
            return False
    entries = run.status.get("conditions") or ()
    tried_again = conditions.find(entries, conditions.SNAPSHOT_CLEANUP_INCOMPLETE) is not None
    return not tried_again and not steps.is_overdue(run.status, now=context.now())


def try_again(context: Context, run: BackupRun) -> Result:
    """Take the finishing Job away and note it, so that the next pass starts the second one."""
    message = f"{_why_no_result(run)} It is started once more."
    if run.finish is not None:
        jobs.remove_by_name(context, BACKUP_SESSION.kind, run.key, run.finish.name)
    context.events.warning(run.raw, "FinishedAgain", message)
    entries = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.SNAPSHOT_CLEANUP_INCOMPLETE,
        False,
        message,
        now=context.now(),
    )
    entries = conditions.without(entries, conditions.RETENTION_POLICY_EXECUTOR_ENSURED)
    record(context, run, {"conditions": entries})
    return after(timedelta())


def settle(context: Context, run: BackupRun) -> tuple[BackupRun, dict[str, Any]]:
    """Record what the finishing Job has done; the session's changes that follow from it."""
    document = None if run.finish is None else jobs.result(run.finish, "finish", f"{run.key}")
    outcome: Mapping[str, Any] = (document or {}).get("repositories") or {}
    missing = "" if document is not None else _why_no_result(run)
    now = context.now()
    written = []
    for snapshot in run.snapshots:
        entry = outcome.get(snapshot["spec"]["repository"]) or {}
        status = snapshot.get("status") or {}
        recorded = status.get("conditions") or ()
        if conditions.is_true(recorded, conditions.BACKUP_INCOMPLETE) or conditions.find(
            recorded, conditions.SNAPSHOT_METADATA_UPLOADED
        ):
            written.append(snapshot)
            continue
        ok = bool(entry.get("uploaded"))
        message = "" if ok else str(entry.get("error") or missing or "It was not uploaded.")
        changes = snapshot_status.uploaded(status, ok, message, now=now)
        written.append(context.writer.patch_status(SNAPSHOT, snapshot, changes))
    run = BackupRun(run.raw, run.session, tuple(written), run.jobs, run.finish)
    for name, entry in outcome.items():
        _remove(context, run, name, entry)
        _figures(context, run, name, entry)
        if entry.get("error") and entry.get("uploaded"):
            # The backup is good; what was left to tidy up goes on growing until somebody looks.
            told = f"Repository {name}: {entry['error']}"
            context.events.warning(run.raw, "MaintenanceFailed", told)
    fields: dict[str, Any] = {"retentionPolicy": _applied(context, run, outcome, missing)}
    if missing:
        fields["conditions"] = conditions.with_condition(
            run.status.get("conditions") or (),
            conditions.SNAPSHOT_CLEANUP_INCOMPLETE,
            True,
            missing,
            now=now,
        )
    return run, fields


def _remove(context: Context, run: BackupRun, repository: str, entry: Mapping[str, Any]) -> None:
    """Delete the Snapshot objects whose data is gone."""
    for name in entry.get("removed") or ():
        raw = context.store.find(SNAPSHOT, ObjectKey(run.key.namespace, str(name)))
        if raw is None or raw["spec"].get("repository") != repository:
            continue
        if (raw["metadata"].get("annotations") or {}).get(labels.FORGOTTEN_BY) != run.key.name:
            continue
        context.writer.delete(SNAPSHOT, raw)
        live = context.client.find(SNAPSHOT, key_of(raw))
        if live is not None:
            finalizers.take_off(context.writer, SNAPSHOT, live)
            context.store.remember_deleted(SNAPSHOT, live)


def _figures(context: Context, run: BackupRun, name: str, entry: Mapping[str, Any]) -> None:
    raw = context.store.find(REPOSITORY, ObjectKey(run.key.namespace, name))
    if raw is None:
        return
    size = entry.get("size")
    is_measured = isinstance(size, int) and entry.get("uploaded") and not entry.get("error")
    fields = repository_status.figures(
        snapshots_in(context, key_of(raw)),
        raw.get("status") or {},
        size=int(size or 0) if is_measured else None,
    )
    context.writer.patch_status(REPOSITORY, raw, fields)


def _applied(
    context: Context, run: BackupRun, outcome: Mapping[str, Any], missing: str
) -> list[dict[str, Any]]:
    configuration = configuration_of(context, run.session)
    entries = []
    for snapshot in run.snapshots:
        name = snapshot["spec"]["repository"]
        result = outcome.get(name) or {}
        if result.get("retention") == "Skipped" or not (result or missing):
            continue
        policy = None if configuration is None else policy_of(context, configuration, run, name)
        entry: dict[str, Any] = {"repository": name, "phase": "Applied"}
        if policy is not None:
            entry["ref"] = {"name": policy.metadata.name, "namespace": policy.metadata.namespace}
        if result.get("retention") != "Applied":
            entry |= {"phase": "FailedToApply", "error": str(result.get("error") or missing)}
        entries.append(entry)
    return entries


def _all_succeeded(run: BackupRun) -> bool:
    return all(
        snapshot_status.components_phase(entry.get("status") or {}) == steps.SUCCEEDED
        for entry in run.snapshots
    )


def _repositories(context: Context, run: BackupRun) -> list[Repository]:
    keys = [
        ObjectKey(run.key.namespace, entry["repository"])
        for entry in run.status.get("snapshots") or ()
    ]
    return [found for key in keys if (found := context.store.view(Repository, key)) is not None]


def _storages(context: Context, repositories: list[Repository]) -> list[BackupStorage]:
    keys = {
        repository.spec.storage_ref.key(repository.metadata.namespace)
        for repository in repositories
        if repository.spec.storage_ref is not None
    }
    views = (context.store.view(BackupStorage, key) for key in sorted(keys))
    return [view for view in views if view is not None]


def _job_template(run: BackupRun, configuration: BackupConfiguration | None) -> PodTemplate | None:
    spec = None if configuration is None else configuration.session(run.session.spec.session)
    return None if spec is None else spec.addon.job_template


def _why_no_result(run: BackupRun) -> str:
    if run.finish is None:
        return "The finishing Job is gone."
    return f"The finishing Job left no result: {run.finish.reason or run.finish.phase}."


def _finisher(
    context: Context, run: BackupRun, ok: bool, message: str, *, deadline: datetime | None = None
) -> Result:
    entries = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.RETENTION_POLICY_EXECUTOR_ENSURED,
        ok,
        message,
        now=context.now(),
    )
    fields: dict[str, Any] = {"conditions": entries, "snapshots": run.snapshot_entries()}
    if deadline is not None:
        fields["backupDeadline"] = conditions.timestamp(deadline)
    record(context, run, fields)
    return after(timedelta() if not ok else context.settings.poll)
