"""Can BackupConfigurations be made from this BackupBlueprint?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import schedule
from ..findings import Finding
from ..usage_policy import admits
from .usage_policy import usage_policy_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...api.core.backup_blueprint import BackupBlueprint
    from ...api.resources import ObjectKey
    from ...api.storage.backup_storage import BackupStorage


def blueprint_findings(
    blueprint: BackupBlueprint,
    *,
    storages: Mapping[ObjectKey, BackupStorage | None],
    namespace: Mapping[str, Any],
) -> list[Finding]:
    """Everything that is wrong with this blueprint; storages that are not there are no mistake.

    `namespace` is the raw Namespace of the blueprint.
    """
    owner = f"BackupBlueprint {blueprint.key}"
    return [
        *usage_policy_findings(owner, blueprint.spec.usage_policy),
        *_template(owner, blueprint),
        *_storages(owner, blueprint, storages, namespace),
    ]


def _template(owner: str, blueprint: BackupBlueprint) -> Iterator[Finding]:
    template = blueprint.spec.backup_configuration_template
    where = "spec.backupConfigurationTemplate"
    if template is None:
        yield Finding("TemplateMissing", f"{owner}: {where}: say what is to be made.", where)
        return
    for index, backend in enumerate(template.backends):
        if backend.storage_ref is None:
            field = f"{where}.backends[{index}].storageRef"
            message = f"{owner}: {field}: the backend {backend.name!r} names no BackupStorage."
            yield Finding("StorageMissing", message, field)
    for index, session in enumerate(template.sessions):
        line = session.scheduler.schedule if session.scheduler else ""
        complaint = schedule.check(line) if line and "${" not in line else ""
        if complaint:
            field = f"{where}.sessions[{index}].scheduler.schedule"
            yield Finding("InvalidSchedule", f"{owner}: {field}: {complaint}", field)


def _storages(
    owner: str,
    blueprint: BackupBlueprint,
    storages: Mapping[ObjectKey, BackupStorage | None],
    namespace: Mapping[str, Any],
) -> Iterator[Finding]:
    template = blueprint.spec.backup_configuration_template
    home = blueprint.metadata.namespace
    for index, backend in enumerate(template.backends if template else ()):
        key = backend.storage_ref.key(home) if backend.storage_ref else None
        storage = storages.get(key) if key else None
        if key is None or storage is None:
            continue
        policy = storage.spec.usage_policy
        if not admits(policy, owner_namespace=key.namespace, namespace=namespace):
            field = f"spec.backupConfigurationTemplate.backends[{index}].storageRef"
            message = (
                f"{owner}: {field}: BackupStorage {key} does not admit namespace {home} (its "
                "spec.usagePolicy)."
            )
            yield Finding("StorageNotAllowed", message, field)
