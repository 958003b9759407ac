"""`lint --live`: what would the operator say, with what is in the cluster?

The facts are gathered and judged by the functions that the operator itself calls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..api.core.backup_configuration import BackupConfiguration
from ..errors import Invalid, Unsupported, UsageError
from ..gather.facts import ClusterFacts
from ..gather.hooks import hook_templates
from ..gather.restore import restore_inputs
from ..gather.sight import Sight
from ..gather.target import target_exists
from ..resolve.findings import Finding
from ..resolve.lint.judgement import said
from ..resolve.lint.references import missing, needed_by
from ..resolve.lint.unseen import certain
from ..resolve.validation.by_kind import findings_of
from ..resolve.validation.hooks import restore_hooks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.core.restore_session import RestoreSession
    from ..api.meta import KubeResource
    from ..resolve.lint.manifests import LintFinding, Manifest
    from ..resolve.validation import RestoreInputs


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
    found = findings_of(view, _SeenFacts(sight))
    return found + _target(view, sight) if isinstance(view, BackupConfiguration) else found


@dataclass(frozen=True)
class _SeenFacts(ClusterFacts):
    reader: Sight

    def restore_inputs(self, view: RestoreSession) -> RestoreInputs:
        templates = hook_templates(self.reader, restore_hooks(view), view.key.namespace)
        return replace(restore_inputs(self.reader, self.reader, view), hook_templates=templates)


def _target(view: BackupConfiguration, sight: Sight) -> list[Finding]:
    target = view.spec.target
    if target_exists(sight, target, view.key.namespace):
        return []
    what = f"{target.kind} {target.key(view.key.namespace)}" if target else "it"
    message = f"BackupConfiguration {view.key}: spec.target: {what} does not exist."
    return [Finding("TargetNotFound", message, "spec.target")]
