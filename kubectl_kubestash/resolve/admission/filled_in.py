"""What is filled in before an object is kept?

The same that the operator takes where a field is left out: an object that was written while no
webhook was there means the same as one that was completed. A field that has a value, right or
wrong, keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import (
    BACKUP_BLUEPRINT,
    BACKUP_STORAGE,
    HOOK_TEMPLATE,
    RETENTION_POLICY,
)

if TYPE_CHECKING:
    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.meta import ObjectReference
    from ...api.resources import Resource

    Object = dict[str, Any]

_HAVE_USAGE_POLICY = (BACKUP_STORAGE, RETENTION_POLICY, BACKUP_BLUEPRINT, HOOK_TEMPLATE)
_OWN_NAMESPACE = {"allowedNamespaces": {"from": "Same"}}
_LAST_FAILED = {"last": 1}
_TRAILING_SLASH = {
    "s3": ("bucket", "endpoint", "prefix"),
    "gcs": ("bucket", "prefix"),
    "azure": ("prefix",),
}


def filled_in(resource: Resource, raw: Object) -> Object:
    """A copy of a raw object with what can be filled in without looking at others.

    `raw` need not be valid: what is not of the shape that it should be stays as it is.
    """
    spec = {} if raw.get("spec") is None else raw["spec"]
    if not isinstance(spec, dict):
        return raw
    if resource in _HAVE_USAGE_POLICY and spec.get("usagePolicy") is None:
        spec = {**spec, "usagePolicy": _OWN_NAMESPACE}
    if resource == RETENTION_POLICY and spec.get("failedSnapshots") is None:
        spec = {**spec, "failedSnapshots": _LAST_FAILED}
    if resource == BACKUP_STORAGE and isinstance(spec.get("storage"), dict):
        spec = {**spec, "storage": _without_slashes(spec["storage"])}
    return {**raw, "spec": spec} if spec else raw


def with_backends(raw: Object, whole: BackupConfiguration) -> Object:
    """A copy of a raw BackupConfiguration with the backends that `whole`, its view, has more."""
    spec = raw.get("spec") or {}
    backends = spec.get("backends") or []
    if not backends:
        backends = [
            {"name": each.name, "storageRef": _reference(each.storage_ref)}
            for each in whole.spec.backends
            if each.storage_ref is not None
        ]
    if not backends or len(backends) != len(whole.spec.backends):
        return raw
    completed = [
        _with_policy(backend, view.retention_policy)
        for backend, view in zip(backends, whole.spec.backends, strict=True)
    ]
    return {**raw, "spec": {**spec, "backends": completed}}


def _with_policy(backend: Object, policy: ObjectReference | None) -> Object:
    if policy is None or backend.get("retentionPolicy") is not None:
        return backend
    return {**backend, "retentionPolicy": _reference(policy)}


def _reference(found: ObjectReference) -> Object:
    return {"name": found.name, "namespace": found.namespace}


def _without_slashes(storage: Object) -> Object:
    """Exactly one slash at an end goes, as upstream has it; what is read ignores the others."""
    result = dict(storage)
    for block, fields in _TRAILING_SLASH.items():
        if not isinstance(storage.get(block), dict):
            continue
        short = {
            field: value.removesuffix("/")
            for field in fields
            if isinstance(value := storage[block].get(field), str)
        }
        result[block] = {**storage[block], **short}
    return result
