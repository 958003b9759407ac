"""What do the objects of a set of manifests see of each other?

Objects in one folder belong together. What is not there is looked for in the other folders, and
taken when there is only one of that name; examples and overlays often use a name again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from ...api.addons.addon import Addon
from ...api.addons.function import Function
from ...api.meta import KubeResource
from ...api.resources import NAMESPACE, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .manifests import Manifest

M = TypeVar("M", bound=KubeResource)


class Surroundings:
    """All objects that a check may look at."""

    def __init__(
        self,
        views: Iterable[tuple[Manifest, KubeResource]],
        others: Iterable[Manifest],
        catalogue: Iterable[Mapping[str, Any]],
    ) -> None:
        self._views: dict[tuple[type, ObjectKey], dict[str, KubeResource]] = defaultdict(dict)
        for manifest, view in views:
            self._views[type(view), manifest.key][manifest.folder] = view
        self._namespaces = {
            manifest.raw["metadata"].get("name"): manifest.raw
            for manifest in others
            if manifest.raw.get("kind") == NAMESPACE.kind
        }
        self._catalogue = [
            (Addon if raw["kind"] == Addon.resource.kind else Function).model_validate(raw)
            for raw in catalogue
        ]

    def find(self, kind: type[M], key: ObjectKey, *, near: Manifest) -> M | None:
        """The object that this manifest means by a reference, or None when nobody can tell."""
        found = self._views.get((kind, key), {})
        view = found.get(near.folder) or (next(iter(found.values())) if len(found) == 1 else None)
        if view is None and kind in (Addon, Function):
            mine = (each for each in self._catalogue if type(each) is kind)
            view = next((each for each in mine if each.metadata.name == key.name), None)
        return view  # type: ignore[return-value]  # the key holds the type

    def beside(self, kind: type[M], *, near: Manifest) -> list[M]:
        """All objects of a kind in the manifest's folder."""
        return [
            view  # type: ignore[misc]  # the key holds the type
            for (of_kind, _), by_folder in self._views.items()
            if of_kind is kind and (view := by_folder.get(near.folder)) is not None
        ]

    def functions(self, *, near: Manifest) -> dict[str, Function | None]:
        """All Functions that may be meant, by name."""
        found = [each for each in self._catalogue if isinstance(each, Function)]
        found += self.beside(Function, near=near)
        return {function.metadata.name: function for function in found}

    def names(self, kind: type[KubeResource]) -> set[str]:
        """The names of all objects of a kind."""
        mine = {key.name for of_kind, key in self._views if of_kind is kind}
        return mine | {each.metadata.name for each in self._catalogue if type(each) is kind}

    def namespace(self, name: str) -> Mapping[str, Any]:
        """The raw Namespace; without labels when it is not among the manifests."""
        return self._namespaces.get(name) or {"metadata": {"name": name}}

    def can_judge(self, view: KubeResource, namespace: str) -> bool:
        """Whether the usage policy of this object can be held against the namespace."""
        policy = getattr(view.spec, "usage_policy", None)  # type: ignore[attr-defined]
        allowed = policy.allowed_namespaces if policy else None
        return namespace in self._namespaces or allowed is None or allowed.from_ != "Selector"

    def admitting(
        self, kind: type[M], keys: Iterable[ObjectKey], near: Manifest
    ) -> dict[ObjectKey, M | None]:
        """What is there of these storages or policies, and can be judged."""
        found = {key: self.find(kind, key, near=near) for key in keys}
        home = near.key.namespace
        return {key: view for key, view in found.items() if view and self.can_judge(view, home)}
