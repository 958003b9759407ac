"""May the backups go where a BackupConfiguration sends them?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .. import local_storage
from ..findings import Finding
from ..usage_policy import admits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.core.backup_configuration import Backend
    from ...api.storage.backup_storage import BackupStorage
    from .backup_configuration import ConfigurationInputs


def backend_findings(inputs: ConfigurationInputs) -> Iterator[Finding]:
    """Objections to `spec.backends`."""
    backends = inputs.configuration.spec.backends
    if not backends:
        message = (
            f"{inputs.owner}: spec.backends: no backend is named, and no default BackupStorage "
            f"admits namespace {inputs.home}."
        )
        yield Finding("NoBackends", message, "spec.backends")
    for name, count in Counter(backend.name for backend in backends).items():
        if count > 1:
            message = f"{inputs.owner}: spec.backends: {count} backends are named {name!r}."
            yield Finding("DuplicateBackend", message, "spec.backends")
    for index, backend in enumerate(backends):
        field = f"spec.backends[{index}]"
        yield from _storage(inputs, backend, f"{field}.storageRef")
        yield from _policy(inputs, backend, f"{field}.retentionPolicy")


def _storage(inputs: ConfigurationInputs, backend: Backend, field: str) -> Iterator[Finding]:
    if backend.storage_ref is None:
        message = f"{inputs.owner}: {field}: the backend {backend.name!r} names no BackupStorage."
        yield Finding("StorageMissing", message, field)
        return
    key = backend.storage_ref.key(inputs.home)
    storage = inputs.storages.get(key)
    if storage is None:
        return
    policy = storage.spec.usage_policy
    if not admits(policy, owner_namespace=key.namespace, namespace=inputs.namespace):
        message = (
            f"{inputs.owner}: {field}: BackupStorage {key} does not admit namespace "
            f"{inputs.home} (its spec.usagePolicy)."
        )
        yield Finding("StorageNotAllowed", message, field)
    yield from _claim(inputs, storage, field)


def _claim(inputs: ConfigurationInputs, storage: BackupStorage, field: str) -> Iterator[Finding]:
    claim, target = local_storage.claim(storage), inputs.configuration.spec.target
    if not local_storage.is_local(storage) or not claim:
        return
    home = storage.metadata.namespace
    if home != inputs.home:
        message = (
            f"{inputs.owner}: {field}: BackupStorage {storage.key} is in PersistentVolumeClaim "
            f"{home}/{claim}, which cannot be mounted in namespace {inputs.home}."
        )
        yield Finding("StorageNotReachable", message, field)
    elif target and target.kind == "PersistentVolumeClaim" and target.name == claim:
        message = (
            f"{inputs.owner}: {field}: BackupStorage {storage.key} is in PersistentVolumeClaim "
            f"{claim}, which is what is to be backed up."
        )
        yield Finding("StorageInsideTarget", message, field)


def _policy(inputs: ConfigurationInputs, backend: Backend, field: str) -> Iterator[Finding]:
    if backend.retention_policy is None:
        message = (
            f"{inputs.owner}: {field}: the backend {backend.name!r} names no RetentionPolicy, and "
            f"no default one admits namespace {inputs.home}."
        )
        yield Finding("PolicyMissing", message, field)
        return
    key = backend.retention_policy.key(inputs.home)
    policy = inputs.policies.get(key)
    if policy is None:
        return
    usage = policy.spec.usage_policy
    if not admits(usage, owner_namespace=key.namespace, namespace=inputs.namespace):
        message = (
            f"{inputs.owner}: {field}: RetentionPolicy {key} does not admit namespace "
            f"{inputs.home} (its spec.usagePolicy)."
        )
        yield Finding("PolicyNotAllowed", message, field)
