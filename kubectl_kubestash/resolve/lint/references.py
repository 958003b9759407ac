"""Which objects have to be there before an object can do its work?

The operator waits for them and says so; whoever looks at the cluster beforehand can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...api.core.backup_configuration import BackupConfiguration
from ...api.core.backup_session import BackupSession
from ...api.core.restore_session import RestoreSession
from ...api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    HOOK_TEMPLATE,
    PERSISTENT_VOLUME_CLAIM,
    RETENTION_POLICY,
    SECRET,
    ObjectKey,
    Resource,
)
from ...api.storage.backup_storage import BackupStorage
from ...api.storage.repository import Repository
from .. import local_storage
from ..findings import Finding
from ..validation.hooks import configuration_hooks, restore_hooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...api.meta import KubeResource, ObjectReference
    from ..validation.hooks import FieldHook


class Needed(NamedTuple):
    """An object that has to be there."""

    resource: Resource
    key: ObjectKey
    field: str
    """Path of the reference."""


_REASONS = {
    BACKUP_CONFIGURATION: "InvokerNotFound",
    BACKUP_STORAGE: "StorageNotFound",
    HOOK_TEMPLATE: "HookTemplateNotFound",
    PERSISTENT_VOLUME_CLAIM: "ClaimNotFound",
    RETENTION_POLICY: "PolicyNotFound",
    SECRET: "SecretNotFound",
}


def missing(view: KubeResource, needed: Needed) -> Finding:
    """The finding for one that is not there."""
    what = f"{needed.resource.kind} {needed.key} does not exist."
    message = f"{view.resource.kind} {view.key}: {needed.field}: {what}"
    return Finding(_REASONS[needed.resource], message, needed.field)


def needed_by(view: KubeResource) -> list[Needed]:
    """What this object names, without its target and its Addons, which other checks look for."""
    match view:
        case BackupConfiguration():
            return list(_of_configuration(view))
        case BackupStorage():
            return list(_of_storage(view))
        case Repository():
            return list(_of_repository(view))
        case RestoreSession():
            return list(_of_restore(view))
        case BackupSession() if (view.spec.invoker and view.spec.invoker.kind) == (
            BACKUP_CONFIGURATION.kind
        ):
            return [Needed(BACKUP_CONFIGURATION, view.invoker_key, "spec.invoker")]
        case _:
            return []


def _of_configuration(view: BackupConfiguration) -> Iterator[Needed]:
    home = view.key.namespace
    for index, backend in enumerate(view.spec.backends):
        field = f"spec.backends[{index}]"
        yield from _one(BACKUP_STORAGE, backend.storage_ref, home, f"{field}.storageRef")
        policy = backend.retention_policy
        yield from _one(RETENTION_POLICY, policy, home, f"{field}.retentionPolicy")
    for index, session in enumerate(view.spec.sessions):
        for number, info in enumerate(session.repositories):
            field = f"spec.sessions[{index}].repositories[{number}].encryptionSecret"
            yield from _one(SECRET, info.encryption_secret, home, field)
    yield from _hooks(configuration_hooks(view), home)


def _of_storage(view: BackupStorage) -> Iterator[Needed]:
    home, backend = view.key.namespace, view.spec.storage
    if backend.secret_name:
        field = f"spec.storage.{backend.provider}.secretName"
        yield Needed(SECRET, ObjectKey(home, backend.secret_name), field)
    if local_storage.is_local(view) and (claim := local_storage.claim(view)):
        field = "spec.storage.local.persistentVolumeClaim.claimName"
        yield Needed(PERSISTENT_VOLUME_CLAIM, ObjectKey(home, claim), field)


def _of_repository(view: Repository) -> Iterator[Needed]:
    home, spec = view.key.namespace, view.spec
    yield from _one(BACKUP_STORAGE, spec.storage_ref, home, "spec.storageRef")
    yield from _one(SECRET, spec.encryption_secret, home, "spec.encryptionSecret")


def _of_restore(view: RestoreSession) -> Iterator[Needed]:
    home, source = view.key.namespace, view.spec.data_source
    if source is not None:
        field = "spec.dataSource.encryptionSecret"
        yield from _one(SECRET, source.encryption_secret, home, field)
    yield from _hooks(restore_hooks(view), home)


def _hooks(hooks: Iterable[FieldHook], home: str) -> Iterator[Needed]:
    for field, hook in hooks:
        yield from _one(HOOK_TEMPLATE, hook.hook_template, home, f"{field}.hookTemplate")


def _one(
    resource: Resource, reference: ObjectReference | None, home: str, field: str
) -> Iterator[Needed]:
    if reference is not None and reference.name:
        yield Needed(resource, reference.key(home), field)
