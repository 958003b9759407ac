"""How does a pod reach a backend that is a volume?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.storage.backup_storage import BackupStorage
    from .manifest import Object


def is_local(storage: BackupStorage) -> bool:
    """Whether the backend is a volume that has to be mounted."""
    backend = storage.spec.storage
    return backend.provider == "local" and backend.local is not None


def claim(storage: BackupStorage) -> str:
    """The PersistentVolumeClaim that the backend is in; empty when it is in none."""
    local = storage.spec.storage.local
    source = local.volume_source.get("persistentVolumeClaim") if local else None
    return str((source or {}).get("claimName") or "")


def volumes(storages: Iterable[BackupStorage]) -> list[Object]:
    """The volumes of those backends that are volumes."""
    found: list[Object] = []
    for storage in storages:
        local = storage.spec.storage.local
        if is_local(storage) and local is not None:
            found.append({"name": _name(storage), **local.volume_source})
    return found


def mounts(storages: Iterable[BackupStorage]) -> list[Object]:
    """Where the runner expects them."""
    found: list[Object] = []
    for storage in storages:
        local = storage.spec.storage.local
        if is_local(storage) and local is not None:
            mount = {"name": _name(storage), "mountPath": local.mount_path}
            found.append({**mount, "subPath": local.sub_path} if local.sub_path else mount)
    return found


def _name(storage: BackupStorage) -> str:
    return names.volume(f"storage-{storage.metadata.namespace}-{storage.metadata.name}")
