"""What would the operator object to, with these manifests around?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.addons.addon import Addon
from ...api.addons.function import Function
from ...api.core.backup_blueprint import BackupBlueprint
from ...api.core.backup_configuration import BackupConfiguration
from ...api.core.backup_session import BackupSession
from ...api.core.backup_verifier import BackupVerifier
from ...api.core.hook_template import HookTemplate
from ...api.core.restore_session import RestoreSession
from ...api.resources import ObjectKey
from ...api.storage.backup_storage import BackupStorage
from ...api.storage.repository import Repository
from ...api.storage.retention_policy import RetentionPolicy
from ...api.storage.snapshot import Snapshot
from ..addon_lint import addon_problems, function_problems
from ..backend_keys import policy_keys, storage_keys
from ..validation import (
    ConfigurationInputs,
    RestoreInputs,
    configuration_findings,
    configuration_warnings,
    policy_findings,
    restore_findings,
    storage_findings,
)
from ..validation.backup_blueprint import blueprint_findings
from ..validation.backup_session import run_findings
from ..validation.backup_verifier import verifier_findings
from ..validation.hook_template import hook_template_findings
from ..validation.hooks import configuration_hooks, hook_template_keys, restore_hooks

if TYPE_CHECKING:
    from ...api.meta import KubeResource
    from ..findings import Finding
    from .manifests import Manifest
    from .surroundings import Surroundings


def findings_among_others(
    manifest: Manifest, view: KubeResource, around: Surroundings
) -> list[Finding]:
    """What the operator would object to."""
    match view:
        case BackupConfiguration():
            inputs = _configuration_inputs(manifest, view, around)
            return [*configuration_findings(inputs), *configuration_warnings(inputs)]
        case RestoreSession():
            return restore_findings(_restore_inputs(manifest, view, around))
        case BackupSession():
            return _session(manifest, view, around)
        case BackupBlueprint():
            return _blueprint(manifest, view, around)
        case _:
            return _hardly_related(manifest, view, around)


def _hardly_related(manifest: Manifest, view: KubeResource, around: Surroundings) -> list[Finding]:
    match view:
        case BackupStorage():
            return storage_findings(view, around.beside(BackupStorage, near=manifest))
        case RetentionPolicy():
            return policy_findings(view, around.beside(RetentionPolicy, near=manifest))
        case Addon():
            return addon_problems(view, around.functions(near=manifest))
        case _:
            return findings_alone(view)


def findings_alone(view: KubeResource) -> list[Finding]:
    """What there is to say about an object that no other object has to be seen for."""
    match view:
        case BackupVerifier():
            return verifier_findings(view)
        case HookTemplate():
            return hook_template_findings(view)
        case Function():
            return function_problems(view)
        case _:
            return []


def _blueprint(manifest: Manifest, view: BackupBlueprint, around: Surroundings) -> list[Finding]:
    template, home = view.spec.backup_configuration_template, view.key.namespace
    keys = storage_keys(template.backends if template else (), home)
    storages = around.admitting(BackupStorage, keys, manifest)
    return blueprint_findings(view, storages=storages, namespace=around.namespace(home))


def _configuration_inputs(
    manifest: Manifest, view: BackupConfiguration, around: Surroundings
) -> ConfigurationInputs:
    home, backends = view.key.namespace, view.spec.backends
    hooks = [hook for _, hook in configuration_hooks(view)]
    addons = {
        name: around.find(Addon, ObjectKey("", name), near=manifest)
        for name in {session.addon.name for session in view.spec.sessions}
    }
    return ConfigurationInputs(
        configuration=view,
        namespace=around.namespace(home),
        storages=around.admitting(BackupStorage, storage_keys(backends, home), manifest),
        policies=around.admitting(RetentionPolicy, policy_keys(backends, home), manifest),
        addons={name: addon for name, addon in addons.items() if addon},
        functions=around.functions(near=manifest),
        repositories=around.beside(Repository, near=manifest),
        hook_templates=around.admitting(HookTemplate, hook_template_keys(hooks, home), manifest),
    )


def _restore_inputs(
    manifest: Manifest, view: RestoreSession, around: Surroundings
) -> RestoreInputs:
    home, source = view.key.namespace, view.spec.data_source
    key = ObjectKey(source.namespace or home, source.repository) if source else ObjectKey("", "")
    repository = around.find(Repository, key, near=manifest)
    reference = repository.spec.storage_ref if repository else None
    storages = around.admitting(
        BackupStorage, [reference.key(key.namespace)] if reference else [], manifest
    )
    hooks = [hook for _, hook in restore_hooks(view)]
    return RestoreInputs(
        session=view,
        namespace=around.namespace(home),
        snapshots=around.beside(Snapshot, near=manifest),
        repository=repository,
        storage=next(iter(storages.values()), None),
        addon=around.find(Addon, ObjectKey("", view.spec.addon.name), near=manifest),
        functions=around.functions(near=manifest),
        hook_templates=around.admitting(HookTemplate, hook_template_keys(hooks, home), manifest),
    )


def _session(manifest: Manifest, view: BackupSession, around: Surroundings) -> list[Finding]:
    configuration = around.find(BackupConfiguration, view.invoker_key, near=manifest)
    return run_findings(view, configuration)
