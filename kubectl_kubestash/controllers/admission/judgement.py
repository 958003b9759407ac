"""What is to be said about an object that somebody wants to write, with this cluster around it?

The checks are those of the operator, of what it would gather itself. What it looks for only when it
begins to work, such as the Snapshot of a restore, is not asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...api.addons.addon import Addon
from ...api.core.backup_blueprint import BackupBlueprint
from ...api.core.backup_configuration import BackupConfiguration
from ...api.core.backup_session import BackupSession
from ...api.core.hook_template import HookTemplate
from ...api.core.restore_session import RestoreSession
from ...api.resources import ObjectKey
from ...api.storage.backup_storage import BackupStorage
from ...api.storage.repository import Repository
from ...api.storage.retention_policy import RetentionPolicy
from ...gather.configuration import configuration_inputs, functions_of, storages_of
from ...gather.hooks import hook_templates
from ...gather.namespace import namespace_of
from ...gather.reader import every, find
from ...gather.restore import storage_of
from ...resolve.validation import (
    RestoreInputs,
    configuration_findings,
    configuration_warnings,
    policy_findings,
    restore_findings,
    storage_findings,
)
from ...resolve.validation.backup_blueprint import blueprint_findings
from ...resolve.validation.backup_session import run_findings
from ...resolve.validation.hook_template import hook_template_findings
from ...resolve.validation.hooks import configuration_hooks, restore_hooks
from ...resolve.validation.unsupported_kind import kind_findings

if TYPE_CHECKING:
    from ...api.meta import KubeResource
    from ...gather.reader import Reader
    from ...resolve.findings import Finding


def findings_in_cluster(
    reader: Reader, view: KubeResource, *, allow_cross_namespace: bool
) -> list[Finding]:
    """Everything to be said about this object. Raises Unsupported for what cannot be read."""
    found = kind_findings(view.resource, view.key)
    match view:
        case BackupConfiguration():
            found += _configuration(reader, view, allow_cross_namespace)
        case RestoreSession():
            found += _restore(reader, view, allow_cross_namespace)
        case BackupSession():
            found += run_findings(view, find(reader, BackupConfiguration, view.invoker_key))
        case BackupStorage():
            found += storage_findings(view, every(reader, BackupStorage))
        case RetentionPolicy():
            found += policy_findings(view, every(reader, RetentionPolicy))
        case BackupBlueprint():
            found += _blueprint(reader, view)
        case HookTemplate():
            found += hook_template_findings(view)
    return found


def _configuration(
    reader: Reader, view: BackupConfiguration, allow_cross_namespace: bool
) -> list[Finding]:
    inputs = configuration_inputs(reader, view, allow_cross_namespace=allow_cross_namespace)
    templates = hook_templates(reader, configuration_hooks(view), inputs.home)
    inputs = replace(inputs, hook_templates=templates) if templates else inputs
    return [*configuration_findings(inputs), *configuration_warnings(inputs)]


def _restore(reader: Reader, view: RestoreSession, allow_cross_namespace: bool) -> list[Finding]:
    home, source = view.key.namespace, view.spec.data_source
    repository = None
    if source and source.repository:
        key = ObjectKey(source.namespace or home, source.repository)
        repository = find(reader, Repository, key)
    addon = find(reader, Addon, ObjectKey("", view.spec.addon.name))
    inputs = RestoreInputs(
        session=view,
        namespace=namespace_of(reader, home),
        repository=repository,
        storage=storage_of(reader, repository),
        addon=addon,
        functions=functions_of(reader, addon),
        hook_templates=hook_templates(reader, restore_hooks(view), home),
        allow_cross_namespace=allow_cross_namespace,
    )
    is_named = source is not None and bool(source.repository)
    found = restore_findings(inputs)
    return [each for each in found if is_named or each.reason != "RepositoryNotFound"]


def _blueprint(reader: Reader, view: BackupBlueprint) -> list[Finding]:
    template, home = view.spec.backup_configuration_template, view.key.namespace
    storages = storages_of(reader, template.backends if template else (), home)
    return blueprint_findings(view, storages=storages, namespace=namespace_of(reader, home))
