"""`lint --live`: what would the operator say, with what is in the cluster?

The facts are gathered and judged by the functions that the operator itself calls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..api.addons.addon import Addon
from ..api.addons.function import Function
from ..api.core.backup_blueprint import BackupBlueprint
from ..api.core.backup_configuration import BackupConfiguration
from ..api.core.backup_session import BackupSession
from ..api.core.restore_session import RestoreSession
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.retention_policy import RetentionPolicy
from ..errors import Invalid, Unsupported, UsageError
from ..gather.configuration import configuration_inputs, storages_of
from ..gather.hooks import hook_templates
from ..gather.namespace import namespace_of
from ..gather.reader import every, find
from ..gather.restore import restore_inputs
from ..gather.target import target_exists
from ..resolve.addon_lint import addon_problems
from ..resolve.findings import Finding
from ..resolve.lint.judgement import said
from ..resolve.lint.references import missing, needed_by
from ..resolve.lint.relations import findings_alone
from ..resolve.lint.unseen import certain
from ..resolve.validation import (
    configuration_findings,
    configuration_warnings,
    policy_findings,
    restore_findings,
    storage_findings,
)
from ..resolve.validation.backup_blueprint import blueprint_findings
from ..resolve.validation.backup_session import run_findings
from ..resolve.validation.hooks import configuration_hooks, restore_hooks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.meta import KubeResource
    from ..gather.sight import Sight
    from ..resolve.lint.manifests import LintFinding, Manifest


def judge_live(views: Iterable[tuple[Manifest, KubeResource]], sight: Sight) -> list[LintFinding]:
    """Everything to be said about these objects, and nothing that depends on what is hidden."""
    asked = [(manifest, _asked(view, sight)) for manifest, view in views]
    return [
        one for manifest, found in asked for one in said(manifest, certain(found, sight.hidden))
    ]


def _asked(view: KubeResource, sight: Sight) -> list[Finding]:
    try:
        found = _findings(view, sight)
    except (Unsupported, Invalid, UsageError) as error:
        # What it refers to cannot be read either: the others are judged all the same.
        owner = f"{view.resource.kind} {view.key}"
        found = [Finding("NotReadable", f"{owner}: {error.message}")]
    needed = [each for each in needed_by(view) if not sight.is_there(each.resource, each.key)]
    return found + [missing(view, each) for each in needed]


def _findings(view: KubeResource, sight: Sight) -> list[Finding]:
    match view:
        case BackupConfiguration():
            return _configuration(view, sight)
        case RestoreSession():
            inputs = restore_inputs(sight, sight, view)
            templates = hook_templates(sight, restore_hooks(view), view.key.namespace)
            return restore_findings(replace(inputs, hook_templates=templates))
        case BackupSession():
            return run_findings(view, find(sight, BackupConfiguration, view.invoker_key))
        case BackupStorage():
            return storage_findings(view, every(sight, BackupStorage))
        case RetentionPolicy():
            return policy_findings(view, every(sight, RetentionPolicy))
        case _:
            return _hardly_related(view, sight)


def _hardly_related(view: KubeResource, sight: Sight) -> list[Finding]:
    match view:
        case BackupBlueprint():
            return _blueprint(view, sight)
        case Addon():
            functions = {each.metadata.name: each for each in every(sight, Function)}
            return addon_problems(view, functions)
        case _:
            return findings_alone(view)


def _configuration(view: BackupConfiguration, sight: Sight) -> list[Finding]:
    templates = hook_templates(sight, configuration_hooks(view), view.key.namespace)
    inputs = replace(configuration_inputs(sight, view), hook_templates=templates)
    found = [*configuration_findings(inputs), *configuration_warnings(inputs)]
    target = view.spec.target
    if not target_exists(sight, target, view.key.namespace):
        what = f"{target.kind} {target.key(view.key.namespace)}" if target else "it"
        message = f"BackupConfiguration {view.key}: spec.target: {what} does not exist."
        found.append(Finding("TargetNotFound", message, "spec.target"))
    return found


def _blueprint(view: BackupBlueprint, sight: Sight) -> list[Finding]:
    template, home = view.spec.backup_configuration_template, view.key.namespace
    storages = storages_of(sight, template.backends if template else (), home)
    return blueprint_findings(view, storages=storages, namespace=namespace_of(sight, home))
