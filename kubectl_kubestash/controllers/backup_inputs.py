"""What decides about the Jobs of a BackupSession, or why it cannot run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey
from ..api.storage.repository import Repository
from ..errors import KubeStashError
from ..gather.app_binding import find_app_binding
from ..gather.configuration import configuration_inputs
from ..gather.volumes import claim_uses
from ..gather.workload import find_workload
from ..resolve import conditions, configuration_status
from ..resolve.app_binding import is_app_binding
from ..resolve.durations import parse_limit
from ..resolve.findings import summary
from ..resolve.run_tasks import BackupJobInputs
from ..resolve.snapshot_status import components_of
from ..resolve.validation import configuration_findings
from ..resolve.volume_affinity import bound_to_volumes, claims_of
from ..resolve.workload import is_workload
from . import jobs
from .backup_run import BackupRun, configuration_of

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


class Blocked(NotYet):
    """Which Jobs must end first."""


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
    target = whole.spec.target
    workload = find_workload(context.client, target, run.key.namespace)
    if workload is None and target is not None and is_workload(target):
        raise NotYet(f"{target.kind} {target.key(run.key.namespace)} does not exist.")
    binding = find_app_binding(context.client, target, run.key.namespace)
    if binding is None and target is not None and is_app_binding(target):
        raise NotYet(f"AppBinding {target.key(run.key.namespace)} does not exist.")
    return BackupJobInputs(
        session=run.session,
        configuration=whole,
        session_spec=spec,
        addon=addon,
        functions=inputs.functions,
        storages=_storages(inputs, repositories),
        repositories=repositories,
        image=context.settings.image,
        workload=workload,
        binding=binding,
        remaining=_remaining(context, run),
    )


def invoker_of(context: Context, run: BackupRun) -> BackupConfiguration:
    """The BackupConfiguration of a session. Raises CannotStart when it is not there."""
    found = configuration_of(context, run.session)
    if found is None:
        raise CannotStart(f"{run.session.invoker_key} is no BackupConfiguration.")
    return found


def check_ready(context: Context, configuration: BackupConfiguration) -> None:
    """Raises NotYet with what keeps the configuration from being ready."""
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
        if repository.is_being_deleted:
            raise NotYet(f"Repository {key} is being deleted.")
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
        return time_limit(context, run)
    return max(datetime.fromisoformat(str(deadline)) - context.now(), timedelta(seconds=1))


def time_limit(context: Context, run: BackupRun) -> timedelta:
    """The limit of the whole run: its own, or the operator's."""
    text = run.session.spec.backup_timeout
    return parse_limit(text) if text else context.settings.default_deadline


def with_affinity(context: Context, run: BackupRun, bodies: list[Object]) -> list[Object]:
    """The Jobs, each bound to the node where its volumes are in use now."""
    claims = {claim for body in bodies for claim in claims_of(body)}
    if not claims:
        return bodies
    uses = claim_uses(context.client, run.key.namespace, claims)
    return [bound_to_volumes(body, uses) for body in bodies]


def as_recorded(run: BackupRun, bodies: list[Object]) -> list[Object]:
    """The Jobs of the components that the Snapshots have; a node that came later has to wait.

    Raises CannotStart when none is left.
    """
    recorded = {
        name for entry in run.snapshots for name in components_of(entry.get("status") or {})
    }
    found = [body for body in bodies if recorded.issuperset(jobs.components(body))]
    if not found:
        raise CannotStart(f"Nothing is left of {', '.join(sorted(recorded))} to back up.")
    return found
