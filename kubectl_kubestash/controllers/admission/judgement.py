"""What is to be said about an object that somebody wants to write, with this cluster around it?

The checks are those of the operator, of what it would gather itself. What it looks for only when it
begins to work, such as the Snapshot of a restore, is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.addons.addon import Addon
from ...api.core.restore_session import RestoreSession
from ...api.resources import ObjectKey
from ...api.storage.repository import Repository
from ...gather.configuration import functions_of
from ...gather.facts import ClusterFacts
from ...gather.hooks import hook_templates
from ...gather.restore import storage_of
from ...resolve.validation import RestoreInputs
from ...resolve.validation.by_kind import findings_of
from ...resolve.validation.hooks import restore_hooks
from ...resolve.validation.unsupported_kind import kind_findings

if TYPE_CHECKING:
    from ...api.meta import KubeResource
    from ...gather.reader import Reader
    from ...resolve.findings import Finding


def findings_in_cluster(
    reader: Reader, view: KubeResource, *, allow_cross_namespace: bool
) -> list[Finding]:
    """Everything to be said about this object. Raises Unsupported for what cannot be read."""
    facts = _CachedFacts(reader, allow_cross_namespace=allow_cross_namespace)
    found = [*kind_findings(view.resource, view.key), *findings_of(view, facts)]
    if isinstance(view, RestoreSession) and not _repository_key(view):
        # The Repository is that of the Snapshot, which is not asked for.
        return [each for each in found if each.reason != "RepositoryNotFound"]
    return found


class _CachedFacts(ClusterFacts):
    def restore_inputs(self, view: RestoreSession) -> RestoreInputs:
        home, key = view.key.namespace, _repository_key(view)
        repository = self.find(Repository, key) if key else None
        addon = self.find(Addon, ObjectKey("", view.spec.addon.name))
        return RestoreInputs(
            session=view,
            namespace=self.namespace(home),
            repository=repository,
            storage=storage_of(self.reader, repository),
            addon=addon,
            functions=functions_of(self.reader, addon),
            hook_templates=hook_templates(self.reader, restore_hooks(view), home),
            allow_cross_namespace=self.allow_cross_namespace,
        )


def _repository_key(view: RestoreSession) -> ObjectKey | None:
    source = view.spec.data_source
    if source is None or not source.repository:
        return None
    return ObjectKey(source.namespace or view.key.namespace, source.repository)
