"""May this BackupConfiguration run?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..app_binding import is_app_binding
from ..findings import Finding
from ..task_findings import find_task
from ..wording import not_supported
from ..workload import has_volumes
from .backends import backend_findings
from .hooks import HookInputs, configuration_hooks, hook_findings
from .repositories import other_namespace, repository_findings
from .sessions import session_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ...api.addons.addon import Addon
    from ...api.addons.function import Function
    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.core.hook_template import HookTemplate
    from ...api.resources import ObjectKey
    from ...api.storage.backup_storage import BackupStorage
    from ...api.storage.repository import Repository
    from ...api.storage.retention_policy import RetentionPolicy


@dataclass(frozen=True, kw_only=True)
class ConfigurationInputs:
    """A configuration and what it refers to. None means: looked for, not found."""

    configuration: BackupConfiguration
    namespace: Mapping[str, Any]
    """The raw Namespace of the configuration."""

    storages: Mapping[ObjectKey, BackupStorage | None] = field(default_factory=dict)
    policies: Mapping[ObjectKey, RetentionPolicy | None] = field(default_factory=dict)
    addons: Mapping[str, Addon | None] = field(default_factory=dict)
    functions: Mapping[str, Function | None] = field(default_factory=dict)
    repositories: Sequence[Repository] = ()
    """All Repositories of the cluster that are known."""

    hook_templates: Mapping[ObjectKey, HookTemplate | None] = field(default_factory=dict)
    """Those that its hooks name, as far as they are known."""

    allow_cross_namespace: bool = True

    @property
    def owner(self) -> str:
        """What a message begins with."""
        return f"BackupConfiguration {self.configuration.key}"

    @property
    def home(self) -> str:
        """The namespace of the configuration."""
        return self.configuration.metadata.namespace


def configuration_findings(inputs: ConfigurationInputs) -> list[Finding]:
    """Everything that keeps this configuration from running.

    What does not exist yet, a storage or a policy, is no finding: the configuration is not ready
    then, but it is not wrong.
    """
    checks: Sequence[Callable[[ConfigurationInputs], Iterator[Finding]]] = (
        _target,
        backend_findings,
        _session_names,
        session_findings,
        repository_findings,
        _hooks,
    )
    return [finding for check in checks for finding in check(inputs)]


def configuration_warnings(inputs: ConfigurationInputs) -> list[Finding]:
    """What runs, but should be written otherwise."""
    found: list[Finding] = []
    for index, session in enumerate(inputs.configuration.spec.sessions):
        addon = inputs.addons.get(session.addon.name)
        for number, task in enumerate(session.addon.tasks):
            where = f"spec.sessions[{index}].addon.tasks[{number}].name"
            warning = find_task(addon, task.name, "backup")[1] if addon else ""
            if warning:
                found.append(Finding("OldTaskName", f"{inputs.owner}: {where}: {warning}", where))
    return found


def _target(inputs: ConfigurationInputs) -> Iterator[Finding]:
    target = inputs.configuration.spec.target
    if target is None:
        yield not_supported(inputs.owner, "spec.target", "a backup without a target")
        return
    if is_app_binding(target):
        if target.namespace not in (None, "", inputs.home) and not inputs.allow_cross_namespace:
            what = f"AppBinding {target.namespace}/{target.name}"
            yield other_namespace(inputs.owner, "spec.target.namespace", what)
        return
    if not has_volumes(target):
        yield not_supported(inputs.owner, "spec.target.kind", f"a target of kind {target.kind}")
        return
    if target.namespace and target.namespace != inputs.home:
        yield Finding(
            "TargetInOtherNamespace",
            f"{inputs.owner}: spec.target.namespace: {target.kind} {target.namespace}/"
            f"{target.name} has volumes that can be mounted in its own namespace only. Make the "
            f"BackupConfiguration in namespace {target.namespace}.",
            "spec.target.namespace",
        )


def _hooks(inputs: ConfigurationInputs) -> Iterator[Finding]:
    templates, hooks = inputs.hook_templates, configuration_hooks(inputs.configuration)
    return hook_findings(HookInputs(inputs.owner, inputs.namespace, templates), hooks)


def _session_names(inputs: ConfigurationInputs) -> Iterator[Finding]:
    sessions = inputs.configuration.spec.sessions
    if not sessions:
        message = f"{inputs.owner}: spec.sessions: there is nothing to run; name one session."
        yield Finding("NoSessions", message, "spec.sessions")
    for name, count in Counter(session.name for session in sessions).items():
        if name and count > 1:
            message = f"{inputs.owner}: spec.sessions: {count} sessions are named {name!r}."
            yield Finding("DuplicateSession", message, "spec.sessions")
