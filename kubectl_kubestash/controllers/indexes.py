"""How are objects filed in the caches, so that those that belong together are found at once?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    CRON_JOB,
    JOB,
    POD,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    Resource,
)
from ..gather.configuration import DIRECTORY, directory_of
from ..kube.store import key_of
from ..resolve import exclusive
from .jobs import owner_of
from .rights import owner_value

if TYPE_CHECKING:
    from ..kube.client import Object

Indexes = Mapping[Resource, Mapping[str, Callable[["Object"], tuple[str, ...]]]]


def _label(resource: Resource) -> Callable[[Object], tuple[str, ...]]:
    return lambda raw: (owner_value(resource.kind, key_of(raw)),)


def storage_of(raw: Object) -> tuple[str, ...]:
    """The BackupStorage of a Repository."""
    reference = (raw.get("spec") or {}).get("storageRef") or {}
    if not reference.get("name"):
        return ()
    home = raw["metadata"].get("namespace", "")
    return (f"{reference.get('namespace') or home}/{reference['name']}",)


def storages_of(raw: Object) -> tuple[str, ...]:
    """The BackupStorages of a BackupConfiguration."""
    home = raw["metadata"].get("namespace", "")
    references = (
        backend.get("storageRef") or {} for backend in (raw.get("spec") or {}).get("backends") or ()
    )
    return tuple(
        f"{reference.get('namespace') or home}/{reference['name']}"
        for reference in references
        if reference.get("name")
    )


def _repositories_of(raw: Object) -> tuple[str, ...]:
    home = raw["metadata"].get("namespace", "")
    return tuple(
        f"{home}/{wanted.get('name')}"
        for session in (raw.get("spec") or {}).get("sessions") or ()
        for wanted in session.get("repositories") or ()
    )


def invoker_of(raw: Object) -> tuple[str, ...]:
    """The BackupConfiguration of a BackupSession."""
    invoker = (raw.get("spec") or {}).get("invoker") or {}
    home = raw["metadata"].get("namespace", "")
    return (f"{home}/{invoker['name']}",) if invoker.get("name") else ()


def _sources_of(raw: Object) -> tuple[str, ...]:
    """What a RestoreSession restores from: a Repository, a Snapshot, or both."""
    source = (raw.get("spec") or {}).get("dataSource") or {}
    home = source.get("namespace") or raw["metadata"].get("namespace", "")
    return tuple(
        f"{kind}/{home}/{source[field]}"
        for kind, field in ((REPOSITORY.kind, "repository"), (SNAPSHOT.kind, "snapshot"))
        if source.get(field)
    )


def _in_namespace(field: str) -> Callable[[Object], tuple[str, ...]]:
    def values(raw: Object) -> tuple[str, ...]:
        name = (raw.get("spec") or {}).get(field)
        return (f"{raw['metadata'].get('namespace', '')}/{name}",) if name else ()

    return values


def _owner_uids(raw: Object) -> tuple[str, ...]:
    return tuple(owner["uid"] for owner in raw["metadata"].get("ownerReferences") or ())


def _job_of(pod: Object) -> tuple[str, ...]:
    owners = pod["metadata"].get("ownerReferences") or ()
    return tuple(owner["uid"] for owner in owners if owner.get("kind") == JOB.kind)


INDEXES: Indexes = {
    BACKUP_STORAGE: {"label": _label(BACKUP_STORAGE)},
    REPOSITORY: {
        "label": _label(REPOSITORY),
        "storage": storage_of,
        DIRECTORY: directory_of,
    },
    SNAPSHOT: {
        "label": _label(SNAPSHOT),
        "repository": _in_namespace("repository"),
        "session": _in_namespace("backupSession"),
    },
    BACKUP_CONFIGURATION: {"repository": _repositories_of},
    BACKUP_SESSION: {"label": _label(BACKUP_SESSION), "invoker": invoker_of},
    RESTORE_SESSION: {"label": _label(RESTORE_SESSION), "source": _sources_of},
    CRON_JOB: {"owner": _owner_uids},
    JOB: {
        "owner": lambda job: (owner_of(job),),
        "repository": lambda job: tuple(exclusive.repositories(job)),
    },
    POD: {"owner": _job_of},
}
