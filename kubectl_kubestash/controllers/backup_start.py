"""The first steps of a BackupSession: its turn, its Snapshots, its Jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.backup_session import BackupSession
from ..api.resources import BACKUP_SESSION, REPOSITORY, SNAPSHOT, ObjectKey
from ..api.storage.repository import Repository
from ..errors import AlreadyExists, ClusterError, Invalid, KubeStashError
from ..gather.configuration import configuration_inputs
from ..gather.volumes import claim_uses
from ..resolve import backup_session as steps
from ..resolve import conditions, configuration_status, labels, names, snapshot_status
from ..resolve.access import BACKUP_JOB
from ..resolve.durations import parse_duration
from ..resolve.executor_job import BackupJobInputs, backup_jobs
from ..resolve.findings import summary
from ..resolve.labels import FINALIZER
from ..resolve.manifest import manifest
from ..resolve.validation import configuration_findings
from ..resolve.volume_affinity import claims_of, required_affinity
from . import jobs
from .backup_run import BackupRun, configuration_of, gather, record
from .result import Result, after, done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.storage.backup_storage import BackupStorage
    from ..kube.client import Object
    from ..resolve.validation import ConfigurationInputs
    from .context import Context


class CannotStart(KubeStashError):
    """Why a session can never run as it is."""


class NotYet(CannotStart):
    """Why a session cannot run now; that may pass."""


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
        return fail(context, run, reason) if too_long else _wait(context, run)
    may_wait = waited < context.settings.start_deadline
    try:
        return _begin(context, run, may_wait=may_wait)
    except NotYet as error:
        return _wait(context, run) if may_wait else fail(context, run, error.message)
    except CannotStart as error:
        return fail(context, run, error.message)


def _begin(context: Context, run: BackupRun, *, may_wait: bool) -> Result:
    """Record the Snapshots. Raises CannotStart, and NotYet for what may pass."""
    try:
        configuration = _configuration(context, run)
        if may_wait:
            _check_ready(context, configuration)
        inputs = job_inputs(context, run, configuration)
        bodies = backup_jobs(inputs)
    except ClusterError:
        raise
    except NotYet:
        raise
    except KubeStashError as error:
        raise CannotStart(error.message) from error
    if blocking := jobs.in_the_way(context, bodies):
        raise NotYet(f"It waits for {', '.join(blocking)}.")
    try:
        return _record_snapshots(context, run, inputs, bodies)
    except (AlreadyExists, Invalid) as error:
        raise CannotStart(error.message) from error


def launch(context: Context, run: BackupRun) -> Result:
    """Start the Jobs of a session whose Snapshots are recorded."""
    try:
        inputs = job_inputs(context, run, _configuration(context, run), judged=True)
        bodies = _with_affinity(context, inputs)
    except ClusterError:
        raise
    except KubeStashError as error:
        return _executor(context, run, False, error.message)
    if jobs.in_the_way(context, bodies):
        return _wait(context, run)
    live = context.client.find(BACKUP_SESSION, run.key)
    if live is None or live["metadata"]["uid"] != run.raw["metadata"]["uid"]:
        return done()
    if live["metadata"]["resourceVersion"] != run.raw["metadata"]["resourceVersion"]:
        context.store.remember(BACKUP_SESSION, live)
        return after(timedelta())
    try:
        for body in bodies:
            jobs.launch(
                context,
                run.raw,
                body,
                role=BACKUP_JOB,
                run_name=run.key.name,
                other_namespaces=_other_namespaces(inputs),
            )
    except (AlreadyExists, Invalid) as error:
        return _executor(context, run, False, error.message)
    return _executor(context, run, True, "Backup Executor has been ensured successfully.")


def job_inputs(
    context: Context, run: BackupRun, configuration: BackupConfiguration, *, judged: bool = False
) -> BackupJobInputs:
    """All that decides about the Jobs. Raises CannotStart when something is wrong or missing.

    What was `judged` when the Snapshots were recorded is not judged again.
    """
    inputs = configuration_inputs(
        context.store,
        configuration,
        allow_cross_namespace=context.settings.allow_cross_namespace,
        others=not judged,
    )
    if not judged and (findings := configuration_findings(inputs)):
        raise CannotStart(summary(findings))
    whole = inputs.configuration
    spec = whole.session(run.session.spec.session)
    if spec is None:
        raise CannotStart(
            f"BackupConfiguration {whole.key} has no session {run.session.spec.session!r}."
        )
    addon = inputs.addons.get(spec.addon.name)
    if addon is None:
        raise CannotStart(f"Addon {spec.addon.name} does not exist.")
    repositories = _repositories(context, run, whole)
    return BackupJobInputs(
        session=run.session,
        configuration=whole,
        session_spec=spec,
        addon=addon,
        functions=inputs.functions,
        storages=_storages(inputs, repositories),
        repositories=repositories,
        image=context.settings.image,
        remaining=_remaining(context, run),
    )


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


def _configuration(context: Context, run: BackupRun) -> BackupConfiguration:
    found = configuration_of(context, run.session)
    if found is None:
        raise CannotStart(f"{run.session.invoker_key} is no BackupConfiguration.")
    return found


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


def _wait(context: Context, run: BackupRun) -> Result:
    if not run.status.get("phase"):
        record(context, run, {"phase": steps.PENDING})
    return after(context.settings.poll)


def _check_ready(context: Context, configuration: BackupConfiguration) -> None:
    raw = context.store.find(configuration.resource, configuration.key)
    status: Mapping[str, Any] = (raw or {}).get("status") or {}
    if status.get("phase") != configuration_status.READY:
        raise NotYet(configuration_status.not_ready_because(status))


def _repositories(
    context: Context, run: BackupRun, configuration: BackupConfiguration
) -> tuple[Repository, ...]:
    spec = configuration.session(run.session.spec.session)
    found = []
    for wanted in spec.repositories if spec is not None else ():
        key = ObjectKey(run.key.namespace, wanted.name)
        repository = context.store.view(Repository, key)
        if repository is None:
            raise NotYet(f"Repository {key} does not exist.")
        if repository.status.phase != "Ready":
            reason = conditions.first_false_message(
                repository.status.conditions,
                (conditions.REPOSITORY_INITIALIZED,),
            )
            raise NotYet(f"Repository {key} is not ready. {reason}".strip())
        found.append(repository)
    return tuple(found)


def _storages(
    inputs: ConfigurationInputs, repositories: tuple[Repository, ...]
) -> tuple[BackupStorage, ...]:
    home = inputs.configuration.metadata.namespace
    wanted = {
        repository.spec.storage_ref.key(home)
        for repository in repositories
        if repository.spec.storage_ref is not None
    }
    return tuple(
        storage for key, storage in inputs.storages.items() if storage is not None and key in wanted
    )


def _remaining(context: Context, run: BackupRun) -> timedelta | None:
    deadline = run.status.get("backupDeadline")
    if not deadline:
        return _limit(context, run)
    return max(datetime.fromisoformat(str(deadline)) - context.now(), timedelta(seconds=1))


def _limit(context: Context, run: BackupRun) -> timedelta:
    text = run.session.spec.backup_timeout
    return parse_duration(text) if text else context.settings.default_deadline


def _record_snapshots(
    context: Context, run: BackupRun, inputs: BackupJobInputs, bodies: list[Object]
) -> Result:
    wanted = tuple(dict.fromkeys(name for body in bodies for name in jobs.components(body)))
    entries = []
    for repository in inputs.repositories:
        snapshot = _ensure_snapshot(context, run, repository, wanted)
        entries.append(
            {
                "name": snapshot["metadata"]["name"],
                "phase": (snapshot.get("status") or {}).get("phase") or steps.PENDING,
                "appRef": snapshot["spec"].get("appRef"),
                "repository": repository.metadata.name,
            }
        )
    now = context.now()
    recorded = conditions.with_condition(
        run.status.get("conditions") or (),
        conditions.SNAPSHOTS_ENSURED,
        True,
        "Snapshots have been ensured successfully.",
        now=now,
    )
    fields = {
        "phase": steps.RUNNING,
        "backupDeadline": conditions.timestamp(now + _limit(context, run)),
        "totalSnapshots": len(entries),
        "snapshots": entries,
        "conditions": recorded,
    }
    record(context, run, fields, f"components {', '.join(wanted)}")
    return after(timedelta())


def _ensure_snapshot(
    context: Context, run: BackupRun, repository: Repository, components: tuple[str, ...]
) -> Object:
    body = _snapshot(context, run, repository)
    found, _ = context.writer.ensure(
        SNAPSHOT,
        body,
        ours=lambda there: there["spec"].get("backupSession") == run.key.name,
    )
    if (found.get("status") or {}).get("components"):
        return found
    created = datetime.fromisoformat(found["metadata"]["creationTimestamp"])
    status = snapshot_status.initial(components, session=run.session.spec.session, now=created)
    return context.writer.patch_status(SNAPSHOT, found, status)


def _snapshot(context: Context, run: BackupRun, repository: Repository) -> Object:
    key = ObjectKey(
        repository.metadata.namespace, names.snapshot(repository.metadata.name, run.key.name)
    )
    raw = context.store.find(REPOSITORY, repository.key) or {}
    app = (raw.get("spec") or {}).get("appRef") or {"apiGroup": "na", "name": "na"}
    marks = labels.of_snapshot(
        repository.metadata.name,
        app.get("kind", ""),
        ObjectKey(app.get("namespace", ""), app["name"] if app.get("kind") else ""),
    )
    body = manifest(SNAPSHOT, key, labels=marks)
    body["metadata"]["finalizers"] = [FINALIZER]
    body["metadata"]["ownerReferences"] = [
        {
            "apiVersion": REPOSITORY.api_version,
            "kind": REPOSITORY.kind,
            "name": repository.metadata.name,
            "uid": repository.metadata.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    body["spec"] = {
        "snapshotID": context.new_id(),
        "type": "FullBackup",
        "version": "v1",
        "repository": repository.metadata.name,
        "session": run.session.spec.session,
        "backupSession": run.key.name,
        "appRef": app,
        "deletionPolicy": "Delete",
    }
    return body


def _with_affinity(context: Context, inputs: BackupJobInputs) -> list[Object]:
    bodies = backup_jobs(inputs)
    claims = {claim for body in bodies for claim in claims_of(body)}
    if not claims:
        return bodies
    namespace = bodies[0]["metadata"]["namespace"]
    affinity = required_affinity(claim_uses(context.client, namespace, claims))
    if not affinity:
        return bodies
    return backup_jobs(replace(inputs, affinity=affinity))


def _other_namespaces(inputs: BackupJobInputs) -> set[str]:
    found = {storage.metadata.namespace for storage in inputs.storages}
    for repository in inputs.repositories:
        secret = repository.spec.encryption_secret
        if secret is not None and secret.namespace:
            found.add(secret.namespace)
    target = inputs.configuration.spec.target
    if target is not None and target.namespace:
        found.add(target.namespace)
    return found


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
