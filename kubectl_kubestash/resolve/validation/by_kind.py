"""What is to be said about an object, with what stands around it?

Which checks a kind has to pass is written here once, for all who ask: `lint` among manifests,
`lint --live` in a cluster, and the admission webhook. They differ in where facts come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ...api.addons.addon import Addon
from ...api.addons.function import Function
from ...api.core.backup_blueprint import BackupBlueprint
from ...api.core.backup_configuration import BackupConfiguration
from ...api.core.backup_session import BackupSession
from ...api.core.backup_verifier import BackupVerifier
from ...api.core.hook_template import HookTemplate
from ...api.core.restore_session import RestoreSession
from ...api.meta import KubeResource
from ...api.storage.backup_storage import BackupStorage
from ...api.storage.retention_policy import RetentionPolicy
from ..addon_lint import addon_problems, function_problems
from .backup_blueprint import blueprint_findings
from .backup_configuration import configuration_findings, configuration_warnings
from .backup_session import run_findings
from .backup_storage import storage_findings
from .backup_verifier import verifier_findings
from .hook_template import hook_template_findings
from .restore_session import restore_findings
from .retention_policy import policy_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...api.core.session import Backend
    from ...api.resources import ObjectKey
    from ..findings import Finding
    from .backup_configuration import ConfigurationInputs
    from .restore_session import RestoreInputs

M = TypeVar("M", bound=KubeResource)


class Facts(Protocol):
    """What stands around an object, as far as whoever asks may know it."""

    def configuration_inputs(self, view: BackupConfiguration) -> ConfigurationInputs:
        """All that a BackupConfiguration refers to."""

    def restore_inputs(self, view: RestoreSession) -> RestoreInputs:
        """All that a RestoreSession refers to."""

    def find(self, kind: type[M], key: ObjectKey) -> M | None:
        """One object; None when it is not there, or nobody can tell."""

    def every(self, kind: type[M]) -> Sequence[M]:
        """All objects of a kind that one of the same kind can be in conflict with."""

    def storages(
        self, backends: Iterable[Backend], home: str
    ) -> Mapping[ObjectKey, BackupStorage | None]:
        """The BackupStorages that these backends of namespace `home` name."""

    def functions(self, addon: Addon) -> Mapping[str, Function | None]:
        """The Functions that the tasks of this Addon may mean, by name."""

    def namespace(self, name: str) -> Mapping[str, Any]:
        """The raw Namespace; one without labels when it is not there."""


def findings_of(view: KubeResource, facts: Facts) -> list[Finding]:
    """Everything that the checks of its kind say about this object.

    Raises Unsupported when what it refers to cannot be read.
    """
    check = _CHECKS.get(type(view))
    return check(view, facts) if check else []


def _configuration(view: BackupConfiguration, facts: Facts) -> list[Finding]:
    inputs = facts.configuration_inputs(view)
    return [*configuration_findings(inputs), *configuration_warnings(inputs)]


def _session(view: BackupSession, facts: Facts) -> list[Finding]:
    return run_findings(view, facts.find(BackupConfiguration, view.invoker_key))


def _blueprint(view: BackupBlueprint, facts: Facts) -> list[Finding]:
    template, home = view.spec.backup_configuration_template, view.key.namespace
    storages = facts.storages(template.backends if template else (), home)
    return blueprint_findings(view, storages=storages, namespace=facts.namespace(home))


_CHECKS: dict[type[KubeResource], Callable[[Any, Facts], list[Finding]]] = {
    Addon: lambda view, facts: addon_problems(view, facts.functions(view)),
    BackupBlueprint: _blueprint,
    BackupConfiguration: _configuration,
    BackupSession: _session,
    BackupStorage: lambda view, facts: storage_findings(view, facts.every(BackupStorage)),
    BackupVerifier: lambda view, _: verifier_findings(view),
    Function: lambda view, _: function_problems(view),
    HookTemplate: lambda view, _: hook_template_findings(view),
    RestoreSession: lambda view, facts: restore_findings(facts.restore_inputs(view)),
    RetentionPolicy: lambda view, facts: policy_findings(view, facts.every(RetentionPolicy)),
}
