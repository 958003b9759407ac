"""Where facts come from: the API server itself, or the operator's caches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeGuard, TypeVar

from pydantic import ValidationError

from ..api.meta import KubeResource
from ..errors import Unsupported

if TYPE_CHECKING:
    import builtins

    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Object

M = TypeVar("M", bound=KubeResource)


class Reader(Protocol):
    """What `kube.client.Client` and the operator's store have in common."""

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it is not there."""

    def list(self, resource: Resource, namespace: str = "") -> list[Object]:
        """All objects of a kind, of one namespace or of all."""


class Views(Reader, Protocol):
    """A reader that files what it holds, and keeps the models of what it has parsed before."""

    def by_index(self, resource: Resource, index: str, value: str) -> builtins.list[Object]:
        """The objects that the index files under this value."""

    def view(self, kind: type[M], key: ObjectKey) -> M | None:
        """One object as a model, or None. Raises Unsupported when it does not parse."""

    def views(self, kind: type[M], namespace: str = "") -> builtins.list[M]:
        """All objects as models; those that do not parse are left out."""


def has_views(reader: Reader) -> TypeGuard[Views]:
    """Whether it does."""
    # isinstance() with a protocol takes longer than the look-up itself.
    return hasattr(reader, "views")


def find(reader: Reader, kind: type[M], key: ObjectKey) -> M | None:
    """One object as a model, or None. Raises Unsupported when it does not parse."""
    if has_views(reader):
        return reader.view(kind, key)
    raw = reader.find(kind.resource, key)
    if raw is None:
        return None
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Unsupported(
            f"{kind.resource.kind} {key} cannot be read: {field}: {first['msg']}."
        ) from None


def every(reader: Reader, kind: type[M], namespace: str = "") -> list[M]:
    """All objects as models; those that do not parse are left out."""
    if has_views(reader):
        return reader.views(kind, namespace)
    found = []
    for raw in reader.list(kind.resource, namespace):
        try:
            found.append(kind.model_validate(raw))
        except ValidationError:
            continue
    return found
