"""Retention: which Snapshots a session lets go of, said before anything is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.core.backup_configuration import BackupConfiguration
from ..api.core.restore_session import RestoreSession
from ..api.resources import SNAPSHOT, ObjectKey
from ..api.storage.retention_policy import RetentionPolicy
from ..api.storage.snapshot import Snapshot, SnapshotPhase
from ..errors import UsageError
from ..gather.configuration import with_defaults
from ..resolve import labels
from ..resolve.retention import judged_at, superfluous
from . import finalizers
from .repository import snapshots_in

if TYPE_CHECKING:
    from ..api.storage.repository import Repository
    from .backup_run import BackupRun
    from .context import Context


def mark(
    context: Context,
    run: BackupRun,
    configuration: BackupConfiguration,
    repositories: list[Repository],
) -> None:
    """Say of each Snapshot that is to go who lets it go, so that a crash loses nothing."""
    in_use = snapshots_in_use(context)
    for repository in repositories:
        policy = policy_of(context, configuration, run, repository.metadata.name)
        if policy is None:
            continue
        policies = [policy, *_of_others(context, run, configuration, repository)]
        home = repository.metadata.namespace
        held = {name for namespace, name in in_use if namespace == home}
        for name in _superfluous(context, run, repository, policies, held):
            raw = context.store.find(SNAPSHOT, ObjectKey(home, name))
            if raw is not None and not finalizers.is_being_deleted(raw):
                changes = {
                    "metadata": {"annotations": {labels.FORGOTTEN_BY: run.key.name}},
                    "spec": {"deletionPolicy": "WipeOut"},
                }
                context.writer.patch(SNAPSHOT, raw, changes)


def _superfluous(
    context: Context,
    run: BackupRun,
    repository: Repository,
    policies: list[RetentionPolicy],
    in_use: set[str],
) -> list[str]:
    mine = {entry["metadata"]["name"] for entry in run.snapshots}
    candidates, marked = [], []
    for raw in snapshots_in(context, repository.key):
        if raw["spec"].get("session") != run.session.spec.session:
            continue
        snapshot = context.store.parse(Snapshot, raw)
        if labels.FORGOTTEN_BY in snapshot.metadata.annotations:
            # Its data may be half gone already: it is let go of again, and never counts as kept.
            marked.append(snapshot.metadata.name)
        elif snapshot.metadata.name in mine:
            status = snapshot.status.model_copy(update={"phase": SnapshotPhase.SUCCEEDED})
            candidates.append(snapshot.model_copy(update={"status": status}))
        elif snapshot.status.phase.is_final:
            candidates.append(snapshot)
    # It may have waited for its turn as long as it may run.
    longest = 2 * context.settings.default_deadline
    now = judged_at(context.now(), started=run.created, longest=longest)
    gone = superfluous(candidates, policies, now=now, in_use=in_use)
    return sorted(({*marked, *gone} - in_use) - mine)


def _of_others(
    context: Context, run: BackupRun, configuration: BackupConfiguration, repository: Repository
) -> list[RetentionPolicy]:
    """The policies of other configurations that store the same session in this Repository.

    Raises UsageError when one of these policies is not there: nobody knows then what it keeps.
    """
    found = []
    for other in context.store.views_by_index(
        BackupConfiguration, "repository", f"{repository.key}"
    ):
        session = other.session(run.session.spec.session)
        names = {wanted.name for wanted in session.repositories} if session else set()
        does_not_count = other.key == configuration.key or other.is_being_deleted
        if does_not_count or repository.metadata.name not in names:
            continue
        policy = policy_of(context, other, run, repository.metadata.name)
        if policy is None:
            raise UsageError(
                f"BackupConfiguration {other.key} stores session {run.session.spec.session!r} in "
                f"Repository {repository.key}, too, and its RetentionPolicy is not there."
            )
        found.append(policy)
    return found


def snapshots_in_use(context: Context) -> set[tuple[str, str]]:
    """Namespace and name of each Snapshot that a restore is reading or is about to read."""
    found = set()
    for session in context.store.views(RestoreSession):
        source = session.spec.data_source
        if source is None or session.status.phase.is_final or session.status.phase == "Invalid":
            continue
        home = source.namespace or session.metadata.namespace
        found.add((home, source.snapshot))
        found |= {
            (entry.namespace or home, entry.name)
            for entry in session.status.dependencies
            if entry.kind == SNAPSHOT.kind
        }
    return found


def policy_of(
    context: Context, configuration: BackupConfiguration, run: BackupRun, repository: str
) -> RetentionPolicy | None:
    """The policy that counts for a Repository of this session; None when there is none."""
    whole = with_defaults(context.store, configuration)
    spec = whole.session(run.session.spec.session)
    for wanted in spec.repositories if spec is not None else ():
        if wanted.name == repository:
            backend = whole.backend(wanted.backend)
            if backend is None or backend.retention_policy is None:
                return None
            return context.store.view(
                RetentionPolicy, backend.retention_policy.key(run.key.namespace)
            )
    return None
