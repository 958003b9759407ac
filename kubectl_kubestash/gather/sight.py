"""The cluster as far as somebody may see it, with objects of files laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import ObjectKey, Resource
from ..errors import Forbidden

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable

    from ..kube.client import Client, Object

_Question = tuple[Any, ...]


class Sight:
    """A reader that asks everything once, and goes on where it may not look.

    What must not be read is as if it were not there; `hidden` says of which kinds that is so, and
    nothing can be said about what is missing of them.
    """

    def __init__(
        self, client: Client, laid_over: Iterable[Object] = (), *, homes: Iterable[str] = ()
    ) -> None:
        """`homes` are the namespaces to look into where the whole cluster must not be listed."""
        self.hidden: set[Resource] = set()
        self._client = client
        self._homes = sorted(set(homes) - {""})
        self._answers: dict[_Question, Any] = {}
        self._laid_over: dict[tuple[str, str], dict[ObjectKey, Object]] = {}
        for item in laid_over:
            identity = str(item.get("apiVersion")), str(item.get("kind"))
            self._laid_over.setdefault(identity, {})[_key(item)] = item

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object; None when it is not there, or must not be read."""
        if (mine := self._mine(resource).get(key)) is not None:
            return mine
        question = ("find", resource, key)
        found: Object | None = self._once(question, lambda: self._client.find(resource, key), None)
        return found

    def find_metadata(self, resource: Resource, key: ObjectKey) -> Object | None:
        """Only the metadata; when it must not be read, as if it were there."""
        if (mine := self._mine(resource).get(key)) is not None:
            return mine
        unseen = {"metadata": {"namespace": key.namespace, "name": key.name}}
        question = ("metadata", resource, key)
        found: Object | None = self._once(
            question, lambda: self._client.find_metadata(resource, key), unseen
        )
        return found

    def is_there(self, resource: Resource, key: ObjectKey) -> bool:
        """Whether there is such an object, for all that can be seen."""
        return self.find_metadata(resource, key) is not None

    def list(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """The objects of a kind; without labels and fields, those of the files with them."""
        found = self._listed(resource, namespace, labels=labels, fields=fields)
        if labels or fields:
            return found
        mine = {
            key: item
            for key, item in self._mine(resource).items()
            if namespace in {"", key.namespace}
        }
        return [item for item in found if _key(item) not in mine] + list(mine.values())

    def read(self, path: str) -> Any:
        """What the server answers at any path, such as /apis/apps/v1. Raises NotFound."""
        return self._client.read(path)

    def _listed(
        self, resource: Resource, namespace: str, *, labels: str, fields: str
    ) -> builtins.list[Object]:
        def ask() -> builtins.list[Object]:
            return self._client.list(resource, namespace, labels=labels, fields=fields)

        question = ("list", resource, namespace, labels, fields)
        found: builtins.list[Object] | None = self._once(question, ask, None)
        if found is not None:
            return found
        homes = [] if namespace else self._homes
        parts = [self._listed(resource, home, labels=labels, fields=fields) for home in homes]
        return [item for part in parts for item in part]

    def _mine(self, resource: Resource) -> dict[ObjectKey, Object]:
        return self._laid_over.get((resource.api_version, resource.kind), {})

    def _once(self, question: _Question, ask: Callable[[], Any], unseen: Any) -> Any:
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except Forbidden:
                self.hidden.add(question[1])
                self._answers[question] = unseen
        return self._answers[question]


def _key(item: Object) -> ObjectKey:
    metadata = item["metadata"]
    return ObjectKey(str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))
