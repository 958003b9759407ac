"""What stands around an object in a cluster, for the checks of its kind?

What a RestoreSession refers to is left to those who ask: the webhook sees less of it than `lint`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..api.meta import KubeResource
from ..resolve.validation.hooks import configuration_hooks
from .configuration import configuration_inputs, functions_of, storages_of
from .hooks import hook_templates
from .namespace import namespace_of
from .reader import every, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.addons.addon import Addon
    from ..api.addons.function import Function
    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.core.session import Backend
    from ..api.resources import ObjectKey
    from ..api.storage.backup_storage import BackupStorage
    from ..resolve.validation import ConfigurationInputs
    from .reader import Reader

M = TypeVar("M", bound=KubeResource)


@dataclass(frozen=True)
class ClusterFacts:
    """The part of `resolve.validation.by_kind.Facts` that does not depend on who asks."""

    reader: Reader
    allow_cross_namespace: bool = True

    def configuration_inputs(self, view: BackupConfiguration) -> ConfigurationInputs:
        """All that a BackupConfiguration refers to, its HookTemplates included."""
        inputs = configuration_inputs(
            self.reader, view, allow_cross_namespace=self.allow_cross_namespace
        )
        templates = hook_templates(self.reader, configuration_hooks(view), view.key.namespace)
        return replace(inputs, hook_templates=templates)

    def find(self, kind: type[M], key: ObjectKey) -> M | None:
        """One object, or None. Raises Unsupported when it cannot be read."""
        return find(self.reader, kind, key)

    def every(self, kind: type[M]) -> list[M]:
        """All objects of a kind that can be read."""
        return every(self.reader, kind)

    def storages(
        self, backends: Iterable[Backend], home: str
    ) -> dict[ObjectKey, BackupStorage | None]:
        """The BackupStorages that these backends name; None for those that are not there."""
        return storages_of(self.reader, backends, home)

    def functions(self, addon: Addon) -> Mapping[str, Function | None]:
        """The Functions that the tasks of this Addon name; None for those that are not there."""
        return functions_of(self.reader, addon)

    def namespace(self, name: str) -> dict[str, Any]:
        """The raw Namespace; one without labels where it is not there."""
        return namespace_of(self.reader, name)
