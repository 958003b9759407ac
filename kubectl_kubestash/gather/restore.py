"""What does a RestoreSession refer to, and what of it is there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..api.addons.addon import Addon
from ..api.resources import ObjectKey
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..api.storage.snapshot import Snapshot
from ..resolve.restore_plan import choose_snapshot
from ..resolve.validation import RestoreInputs
from .configuration import functions_of
from .namespace import namespace_of
from .reader import every, find
from .target import Looking, target_exists
from .workload import Selecting, find_workload

if TYPE_CHECKING:
    from ..api.core.restore_session import RestoreSession
    from .reader import Reader


class Seeing(Looking, Selecting, Protocol):
    """What of `kube.client.Client` is needed here."""


def restore_inputs(
    reader: Reader,
    client: Seeing,
    session: RestoreSession,
    *,
    allow_cross_namespace: bool = True,
) -> RestoreInputs:
    """The Snapshot that the session means, and everything else that it refers to."""
    home = session.metadata.namespace
    snapshots = _candidates(reader, session)
    chosen = choose_snapshot(session, snapshots)
    snapshot = chosen if isinstance(chosen, Snapshot) else None
    repository = _repository(reader, session, snapshot)
    addon = find(reader, Addon, ObjectKey("", session.spec.addon.name))
    target = session.spec.target
    if target is None and snapshot is not None:
        target = snapshot.spec.app_ref
    return RestoreInputs(
        session=session,
        namespace=namespace_of(reader, home),
        snapshot=snapshot,
        snapshots=snapshots,
        repository=repository,
        storage=storage_of(reader, repository),
        addon=addon,
        functions=functions_of(reader, addon),
        target_found=target_exists(client, target, home),
        workload=find_workload(client, target, home),
        allow_cross_namespace=allow_cross_namespace,
    )


def _candidates(reader: Reader, session: RestoreSession) -> list[Snapshot]:
    source = session.spec.data_source
    if source is None:
        return []
    namespace = source.namespace or session.metadata.namespace
    found = every(reader, Snapshot, namespace)
    if source.repository:
        return [entry for entry in found if entry.spec.repository == source.repository]
    return [entry for entry in found if entry.metadata.name == source.snapshot]


def _repository(
    reader: Reader, session: RestoreSession, snapshot: Snapshot | None
) -> Repository | None:
    source = session.spec.data_source
    name = source.repository if source is not None else ""
    if snapshot is not None:
        return find(
            reader,
            Repository,
            ObjectKey(snapshot.metadata.namespace, snapshot.spec.repository or name),
        )
    if source is None or not name:
        return None
    namespace = source.namespace or session.metadata.namespace
    return find(reader, Repository, ObjectKey(namespace, name))


def storage_of(reader: Reader, repository: Repository | None) -> BackupStorage | None:
    """The BackupStorage that a Repository lies in; None when either is not there."""
    if repository is None or repository.spec.storage_ref is None:
        return None
    return find(
        reader,
        BackupStorage,
        repository.spec.storage_ref.key(repository.metadata.namespace),
    )
