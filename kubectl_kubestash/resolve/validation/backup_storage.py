"""May this BackupStorage be used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import Finding
from ..wording import not_supported
from .usage_policy import usage_policy_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...api.storage.backup_storage import BackupStorage, StorageSpec

_NEEDED = {
    "s3": ("bucket",),
    "gcs": ("bucket",),
    "azure": ("storageAccount", "container"),
    "local": ("mountPath",),
}


def storage_findings(storage: BackupStorage, others: Sequence[BackupStorage]) -> list[Finding]:
    """Everything that is wrong with this storage, seen beside the others of the cluster."""
    owner = f"BackupStorage {storage.key}"
    return [
        *_backend(owner, storage.spec.storage),
        *_settings(owner, storage),
        *usage_policy_findings(owner, storage.spec.usage_policy),
        *_default(owner, storage, others),
        *_location(owner, storage, others),
    ]


def _backend(owner: str, backend: StorageSpec) -> Iterator[Finding]:
    provider, block = str(backend.provider or ""), backend.block
    if provider not in _NEEDED:
        message = f"{owner}: spec.storage.provider: {provider!r} is none of {', '.join(_NEEDED)}."
        yield Finding("UnknownProvider", message, "spec.storage.provider")
        return
    field = f"spec.storage.{provider}"
    if block is None:
        message = f"{owner}: {field}: the provider is {provider}, but this is not set."
        yield Finding("BackendMissing", message, field)
        return
    values = block.model_dump(by_alias=True)
    for name in _NEEDED[provider]:
        if not values.get(name):
            yield Finding("FieldMissing", f"{owner}: {field}.{name} is not set.", f"{field}.{name}")
    if provider == "local":
        yield from _local(owner, backend)
    elif not backend.secret_name:
        yield not_supported(owner, f"{field}.secretName", "a backend without a Secret")
    if ".." in str(values.get("prefix") or values.get("subPath") or "").split("/"):
        yield Finding("InvalidPath", f"{owner}: {field} has a path that leads out of it.", field)


def _local(owner: str, backend: StorageSpec) -> Iterator[Finding]:
    local = backend.local
    if local is None:
        return
    path, field = local.mount_path, "spec.storage.local"
    if path and (not path.startswith("/") or not path.strip("/") or ".." in path.split("/")):
        message = f"{owner}: {field}.mountPath: {path!r} is not an absolute path below /."
        yield Finding("InvalidPath", message, f"{field}.mountPath")
    if len(local.volume_source) != 1:
        message = (
            f"{owner}: {field}: name exactly one kind of volume, such as persistentVolumeClaim, "
            "nfs or hostPath."
        )
        yield Finding("InvalidVolume", message, field)
    if "emptyDir" in local.volume_source:
        message = f"{owner}: {field}.emptyDir: what is in it is gone with the pod of the Job."
        yield Finding("InvalidVolume", message, f"{field}.emptyDir")


def _settings(owner: str, storage: BackupStorage) -> Iterator[Finding]:
    settings = storage.spec.runtime_settings
    if settings and settings.pod and settings.pod.service_account_annotations:
        field = "spec.runtimeSettings.pod.serviceAccountAnnotations"
        yield not_supported(owner, field, "a ServiceAccount with annotations")


def _default(
    owner: str, storage: BackupStorage, others: Sequence[BackupStorage]
) -> Iterator[Finding]:
    for other in others:
        is_rival = other.key != storage.key and other.key.namespace == storage.key.namespace
        if storage.spec.default and other.spec.default and is_rival:
            message = (
                f"{owner}: spec.default: {other.key.name} is the default of namespace "
                f"{storage.key.namespace} already. Make one of them not the default."
            )
            yield Finding("TwoDefaults", message, "spec.default")


def _location(
    owner: str, storage: BackupStorage, others: Sequence[BackupStorage]
) -> Iterator[Finding]:
    place = _place(storage.spec.storage)
    for other in others:
        if place and other.key != storage.key and _place(other.spec.storage) == place:
            message = f"{owner}: spec.storage: BackupStorage {other.key} is in the same place."
            yield Finding("SameLocation", message, "spec.storage")


def _place(backend: StorageSpec) -> tuple[str, ...]:
    """What must differ from storage to storage; empty for a volume, which is not compared."""
    s3, gcs, azure = backend.s3, backend.gcs, backend.azure
    match backend.provider:
        case "s3" if s3:
            endpoint = s3.endpoint.rstrip("/")
            return "s3", endpoint, s3.bucket.strip("/"), s3.region, s3.prefix.strip("/")
        case "gcs" if gcs:
            return "gcs", gcs.bucket.strip("/"), gcs.prefix.strip("/")
        case "azure" if azure:
            return "azure", azure.storage_account, azure.container, azure.prefix.strip("/")
    return ()
