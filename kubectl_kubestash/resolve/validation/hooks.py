"""May the hooks of an object run the HookTemplates that they name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..findings import Finding
from ..usage_policy import admits
from .sessions import duration_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.core.hook_template import HookTemplate
    from ...api.core.restore_session import RestoreSession
    from ...api.hooks import HookInfo
    from ...api.resources import ObjectKey

FieldHook = tuple[str, "HookInfo"]
"""A hook, and where it stands."""


class HookInputs(NamedTuple):
    """What hooks are judged by."""

    owner: str
    """What a message begins with."""

    namespace: Mapping[str, Any]
    """The raw Namespace of the object that has the hooks."""

    templates: Mapping[ObjectKey, HookTemplate | None]
    """What is known of the HookTemplates that they name."""


def configuration_hooks(configuration: BackupConfiguration) -> Iterator[FieldHook]:
    """All hooks of all sessions."""
    for index, session in enumerate(configuration.spec.sessions):
        field = f"spec.sessions[{index}].hooks"
        yield from _numbered(f"{field}.preBackup", session.hooks.pre_backup)
        yield from _numbered(f"{field}.postBackup", session.hooks.post_backup)


def restore_hooks(session: RestoreSession) -> Iterator[FieldHook]:
    """All hooks of a restore."""
    yield from _numbered("spec.hooks.preRestore", session.spec.hooks.pre_restore)
    yield from _numbered("spec.hooks.postRestore", session.spec.hooks.post_restore)


def hook_template_keys(hooks: Iterable[HookInfo], home: str) -> list[ObjectKey]:
    """The HookTemplates that these hooks name."""
    return [hook.hook_template.key(home) for hook in hooks if hook.hook_template]


def hook_findings(inputs: HookInputs, hooks: Iterable[FieldHook]) -> Iterator[Finding]:
    """Objections to hooks; a HookTemplate that is not known is no mistake."""
    home = str((inputs.namespace.get("metadata") or {}).get("name", ""))
    hooks = list(hooks)
    yield from _written(inputs.owner, hooks)
    for where, hook in hooks:
        key = hook.hook_template.key(home) if hook.hook_template else None
        template = inputs.templates.get(key) if key else None
        if key is None or template is None:
            continue
        policy = template.spec.usage_policy
        if not admits(policy, owner_namespace=key.namespace, namespace=inputs.namespace):
            field = f"{where}.hookTemplate"
            message = (
                f"{inputs.owner}: {field}: HookTemplate {key} does not admit namespace {home} "
                "(its spec.usagePolicy)."
            )
            yield Finding("HookTemplateNotAllowed", message, field)


def _written(owner: str, hooks: list[FieldHook]) -> Iterator[Finding]:
    """Objections to what a hook says by itself."""
    seen: set[tuple[str, str]] = set()
    for where, hook in hooks:
        if hook.hook_template is None:
            field = f"{where}.hookTemplate"
            yield Finding("HookTemplateMissing", f"{owner}: {field}: say what is run.", field)
        beside = where.rpartition("[")[0]
        if hook.name and (beside, hook.name) in seen:
            field = f"{where}.name"
            message = f"{owner}: {field}: another hook beside it is named {hook.name!r}, too."
            yield Finding("DuplicateHook", message, field)
        seen.add((beside, hook.name))
        yield from duration_findings(owner, f"{where}.timeout", hook.timeout)


def _numbered(field: str, hooks: Iterable[HookInfo]) -> Iterator[FieldHook]:
    for index, hook in enumerate(hooks):
        yield f"{field}[{index}]", hook
