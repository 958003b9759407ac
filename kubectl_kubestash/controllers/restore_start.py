"""The first steps of a RestoreSession: judge it, choose the Snapshot, start the Jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import PERSISTENT_VOLUME_CLAIM, RESTORE_SESSION, SNAPSHOT
from ..errors import AlreadyExists, ClusterError, Forbidden, Invalid, KubeStashError, Unsupported
from ..gather.app_binding import find_app_binding
from ..gather.restore import restore_inputs
from ..gather.volumes import claim_uses
from ..kube.store import key_of
from ..resolve import conditions
from ..resolve.access import RESTORE_JOB
from ..resolve.durations import parse_limit
from ..resolve.executor_job import claims, restore_jobs
from ..resolve.findings import summary
from ..resolve.job_reads import of_restore
from ..resolve.restore_claims import MADE_FOR, makes_claims
from ..resolve.restore_session import PENDING
from ..resolve.run_tasks import RestoreJobInputs, restore_target
from ..resolve.validation import restore_findings
from ..resolve.volume_affinity import bound_to_volumes, claims_of
from ..resolve.workload import is_workload
from . import jobs
from .result import Result, after

if TYPE_CHECKING:
    from ..api.core.restore_session import RestoreSession
    from ..kube.client import Object
    from ..resolve.validation import RestoreInputs
    from .context import Context


def judge(context: Context, raw: Object, session: RestoreSession) -> tuple[dict[str, Any], Result]:
    """The status of a restore before it starts, and when to look again."""
    inputs = _inputs(context, session)
    findings = restore_findings(inputs)
    status = raw.get("status") or {}
    entries = conditions.with_condition(
        status.get("conditions") or (),
        conditions.VALIDATION_PASSED,
        not findings,
        summary(findings) or "Validation has been passed successfully.",
        now=context.now(),
    )
    fields: dict[str, Any] = {
        "conditions": entries,
        "targetFound": inputs.target_found,
        "dependencies": _dependencies(session, inputs),
    }
    if findings:
        context.events.warning(raw, "ValidationFailed", summary(findings))
        # Its maker was told that it cannot run. Weeks later, what it would overwrite is newer.
        latest = context.now() + context.settings.default_deadline
        fields["restoreDeadline"] = status.get("restoreDeadline") or conditions.timestamp(latest)
        return fields, after(context.patience(raw))
    deadline = context.now() + _limit(context, session)
    fields["restoreDeadline"] = conditions.timestamp(deadline)
    return fields, after(timedelta())


def launch(context: Context, raw: Object, session: RestoreSession) -> dict[str, Any] | None:
    """Start the Jobs; the status that follows, or None while others are in the way."""
    status = raw.get("status") or {}
    try:
        wanted = _job_inputs(context, _inputs(context, session, status))
        made = claims(wanted)
        bodies = _with_affinity(context, wanted)
    except ClusterError:
        raise
    except KubeStashError as error:
        return _executor(context, status, False, error.message)
    if jobs.in_the_way(context, bodies):
        return None
    live = context.client.find(RESTORE_SESSION, session.key)
    if live is None or live["metadata"]["resourceVersion"] != raw["metadata"]["resourceVersion"]:
        if live is not None:
            context.store.remember(RESTORE_SESSION, live)
        return None
    try:
        for claim in made:
            _make(context, claim)
        jobs.launch(
            context,
            raw,
            bodies,
            role=RESTORE_JOB,
            run_name=session.key.name,
            reads=of_restore(wanted),
            other_namespaces=[wanted.snapshot.metadata.namespace],
        )
    except (AlreadyExists, Invalid, Forbidden) as error:
        if isinstance(error, Forbidden) and not _is_late(context, status):
            raise
        return _executor(context, status, False, error.message)
    names = dict.fromkeys(name for body in bodies for name in jobs.components(body))
    there = status.get("components") or {}
    return {
        **_executor(context, status, True, "Restore Executor has been ensured successfully."),
        "totalComponents": len(names),
        "components": {name: {"phase": PENDING} for name in names if name not in there},
    }


def _make(context: Context, claim: Object) -> None:
    """Make a claim, unless this very restore has made it. Raises AlreadyExists, Invalid."""
    mine = claim["metadata"]["annotations"][MADE_FOR]
    context.writer.ensure(
        PERSISTENT_VOLUME_CLAIM,
        claim,
        ours=lambda there: (there["metadata"].get("annotations") or {}).get(MADE_FOR) == mine,
    )


def _is_late(context: Context, status: dict[str, Any]) -> bool:
    """Whether the Jobs should have been made long since."""
    entry = conditions.find(status.get("conditions") or (), conditions.VALIDATION_PASSED)
    since = datetime.fromisoformat(str((entry or {})["lastTransitionTime"]))
    return context.now() > since + context.settings.start_deadline


def _inputs(
    context: Context, session: RestoreSession, status: dict[str, Any] | None = None
) -> RestoreInputs:
    """What the restore refers to. Once a Snapshot was chosen for `latest`, it stays that one."""
    chosen = next(
        (
            entry["name"]
            for entry in (status or {}).get("dependencies") or ()
            if entry.get("kind") == SNAPSHOT.kind and entry.get("found")
        ),
        "",
    )
    source = session.spec.data_source
    meant = session
    if chosen and source is not None:
        fixed = source.model_copy(update={"snapshot": chosen})
        spec = session.spec.model_copy(update={"data_source": fixed})
        meant = session.model_copy(update={"spec": spec})
    inputs = restore_inputs(
        context.store,
        context.client,
        meant,
        allow_cross_namespace=context.settings.allow_cross_namespace,
    )
    return replace(inputs, session=session)


def _job_inputs(context: Context, inputs: RestoreInputs) -> RestoreJobInputs:
    snapshot, repository = inputs.snapshot, inputs.repository
    storage, addon = inputs.storage, inputs.addon
    if snapshot is None or repository is None or storage is None or addon is None:
        raise Unsupported(
            f"RestoreSession {inputs.session.key}: its Snapshot, Repository, BackupStorage or "
            "Addon is gone."
        )
    target = restore_target(inputs.session, snapshot)
    if inputs.workload is None and is_workload(target) and not _makes_claims(inputs.session):
        raise Unsupported(f"RestoreSession {inputs.session.key}: its target is gone.")
    return RestoreJobInputs(
        session=inputs.session,
        snapshot=snapshot,
        repository=repository,
        storage=storage,
        addon=addon,
        functions=inputs.functions,
        image=context.settings.image,
        workload=inputs.workload,
        binding=find_app_binding(context.client, target, inputs.session.key.namespace),
        remaining=_limit(context, inputs.session),
    )


def _makes_claims(session: RestoreSession) -> bool:
    return any(makes_claims(task) for task in session.spec.addon.tasks)


def _with_affinity(context: Context, inputs: RestoreJobInputs) -> list[Object]:
    bodies = restore_jobs(inputs)
    mounted = {claim for body in bodies for claim in claims_of(body)}
    if not mounted:
        return bodies
    uses = claim_uses(context.client, key_of(bodies[0]).namespace, mounted)
    return [bound_to_volumes(body, uses) for body in bodies]


def _limit(context: Context, session: RestoreSession) -> timedelta:
    text = session.spec.restore_timeout
    return parse_limit(text) if text else context.settings.default_deadline


def _dependencies(session: RestoreSession, inputs: RestoreInputs) -> list[dict[str, Any]]:
    source = session.spec.data_source
    found = inputs.snapshot
    entry: dict[str, Any] = {"kind": SNAPSHOT.kind, "found": found is not None}
    if found is not None:
        entry |= {"name": found.metadata.name, "namespace": found.metadata.namespace}
    elif source is not None:
        entry |= {
            "name": source.snapshot or "latest",
            "namespace": source.namespace or session.metadata.namespace,
        }
    else:
        entry["name"] = "latest"
    addon = {"kind": "Addon", "name": session.spec.addon.name, "found": inputs.addon is not None}
    return [entry, addon]


def _executor(context: Context, status: dict[str, Any], ok: bool, message: str) -> dict[str, Any]:
    return {
        "conditions": conditions.with_condition(
            status.get("conditions") or (),
            conditions.RESTORE_EXECUTOR_ENSURED,
            ok,
            message,
            now=context.now(),
        )
    }
