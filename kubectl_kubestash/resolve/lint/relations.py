"""What stands around a manifest, for the checks of its kind?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ...api.addons.addon import Addon
from ...api.core.hook_template import HookTemplate
from ...api.meta import KubeResource
from ...api.resources import ObjectKey
from ...api.storage.backup_storage import BackupStorage
from ...api.storage.repository import Repository
from ...api.storage.retention_policy import RetentionPolicy
from ...api.storage.snapshot import Snapshot
from ..backend_keys import policy_keys, storage_keys
from ..validation import ConfigurationInputs, RestoreInputs
from ..validation.hooks import configuration_hooks, hook_template_keys, restore_hooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...api.addons.function import Function
    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.core.restore_session import RestoreSession
    from ...api.core.session import Backend
    from ..validation.hooks import FieldHook
    from .manifests import Manifest
    from .surroundings import Surroundings

M = TypeVar("M", bound=KubeResource)


@dataclass(frozen=True)
class Relations:
    """`validation.by_kind.Facts` of one manifest among others."""

    around: Surroundings
    manifest: Manifest

    def configuration_inputs(self, view: BackupConfiguration) -> ConfigurationInputs:
        """All that a BackupConfiguration refers to, as far as it is among the manifests."""
        home, backends = view.key.namespace, view.spec.backends
        names = {session.addon.name for session in view.spec.sessions}
        addons = {name: self.find(Addon, ObjectKey("", name)) for name in names}
        policies = policy_keys(backends, home)
        return ConfigurationInputs(
            configuration=view,
            namespace=self.namespace(home),
            storages=self.storages(backends, home),
            policies=self.around.admitting(RetentionPolicy, policies, self.manifest),
            addons={name: addon for name, addon in addons.items() if addon},
            functions=self.around.functions(near=self.manifest),
            repositories=self.every(Repository),
            hook_templates=self._hook_templates(configuration_hooks(view), home),
        )

    def restore_inputs(self, view: RestoreSession) -> RestoreInputs:
        """All that a RestoreSession refers to, as far as it is among the manifests."""
        home, source = view.key.namespace, view.spec.data_source
        key = ObjectKey(source.namespace or home, source.repository) if source else None
        repository = self.find(Repository, key) if key else None
        return RestoreInputs(
            session=view,
            namespace=self.namespace(home),
            snapshots=self.every(Snapshot),
            repository=repository,
            storage=self._storage_of(repository),
            addon=self.find(Addon, ObjectKey("", view.spec.addon.name)),
            functions=self.around.functions(near=self.manifest),
            hook_templates=self._hook_templates(restore_hooks(view), home),
        )

    def find(self, kind: type[M], key: ObjectKey) -> M | None:
        """The object that the manifest means by a reference, or None when nobody can tell."""
        return self.around.find(kind, key, near=self.manifest)

    def every(self, kind: type[M]) -> list[M]:
        """All objects of a kind in the manifest's folder."""
        return self.around.beside(kind, near=self.manifest)

    def storages(
        self, backends: Iterable[Backend], home: str
    ) -> dict[ObjectKey, BackupStorage | None]:
        """The BackupStorages that these backends name, those that can be judged."""
        return self.around.admitting(BackupStorage, storage_keys(backends, home), self.manifest)

    def functions(self, addon: Addon) -> Mapping[str, Function | None]:
        """All Functions that may be meant, whatever the Addon."""
        del addon
        return self.around.functions(near=self.manifest)

    def namespace(self, name: str) -> Mapping[str, Any]:
        """The raw Namespace; without labels when it is not among the manifests."""
        return self.around.namespace(name)

    def _storage_of(self, repository: Repository | None) -> BackupStorage | None:
        reference = repository.spec.storage_ref if repository else None
        if repository is None or reference is None:
            return None
        key = reference.key(repository.key.namespace)
        return self.around.admitting(BackupStorage, [key], self.manifest).get(key)

    def _hook_templates(
        self, hooks: Iterable[FieldHook], home: str
    ) -> dict[ObjectKey, HookTemplate | None]:
        keys = hook_template_keys((hook for _, hook in hooks), home)
        return self.around.admitting(HookTemplate, keys, self.manifest)
