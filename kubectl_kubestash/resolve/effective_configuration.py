"""What does a BackupConfiguration mean where it leaves a backend or a policy out?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.core.backup_configuration import Backend
from ..api.meta import ObjectReference
from .defaults import default_policy, default_storage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.meta import KubeResource
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.retention_policy import RetentionPolicy


def effective(
    configuration: BackupConfiguration,
    *,
    storages: Iterable[BackupStorage],
    policies: Iterable[RetentionPolicy],
    namespace: Mapping[str, Any],
) -> BackupConfiguration:
    """The configuration with the defaults of its Namespace filled in, where there are any.

    Without backends it gets one without a name at the default storage; backends without a policy
    get the default one. Backends that name no storage stay as they are: that is an error.
    """
    backends = configuration.spec.backends
    if not backends:
        storage = default_storage(storages, namespace=namespace)
        backends = () if storage is None else (Backend(storage_ref=_reference(storage)),)
    if any(backend.retention_policy is None for backend in backends):
        policy = default_policy(policies, namespace=namespace)
        if policy is not None:
            backends = tuple(_with_policy(backend, _reference(policy)) for backend in backends)
    spec = configuration.spec.model_copy(update={"backends": backends})
    return configuration.model_copy(update={"spec": spec})


def _with_policy(backend: Backend, policy: ObjectReference) -> Backend:
    if backend.retention_policy is not None:
        return backend
    return backend.model_copy(update={"retention_policy": policy})


def _reference(found: KubeResource) -> ObjectReference:
    return ObjectReference(name=found.metadata.name, namespace=found.metadata.namespace)
