"""Which objects, in which order: labels and names by the server, other fields here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kube.client import Object

T = TypeVar("T")

_SERVER_SIDE = ("metadata.name", "metadata.namespace")
_FRIENDLY = {"name": ".metadata.name", "age": ".metadata.creationTimestamp"}


class Term(NamedTuple):
    """One comparison of a field with a text."""

    path: str
    equal: bool
    value: str

    def __str__(self) -> str:
        return f"{self.path}{'=' if self.equal else '!='}{self.value}"


class Selection(NamedTuple):
    """What was asked for with -l, --field-selector and --sort-by."""

    labels: str = ""
    fields: tuple[Term, ...] = ()
    sort_by: str = ""

    @property
    def server(self) -> str:
        """What the server can select by: custom resources have only names and namespaces."""
        return ",".join(str(term) for term in self.fields if term.path in _SERVER_SIDE)

    @property
    def here(self) -> tuple[Term, ...]:
        """What is left for us to compare."""
        return tuple(term for term in self.fields if term.path not in _SERVER_SIDE)

    def apply(self, items: list[Object]) -> list[Object]:
        """Those objects that fit, in the order wanted."""
        return self.ordered([item for item in items if self.keeps(item)], lambda item: item)

    def ordered(self, found: list[T], object_of: Callable[[T], Object]) -> list[T]:
        """In the order wanted. Raises UsageError when no object has what is to be sorted by."""
        if not (self.sort_by and found):
            return found
        keyed = [(self.key(object_of(item)), item) for item in found]
        if not any(is_there for (is_there, _, _), _ in keyed):
            raise UsageError(f"--sort-by {self.sort_by}: none of these objects has such a field")
        return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]

    def keeps(self, item: Object) -> bool:
        """Whether the object has the values that the server could not look at."""
        return all((_value(item, term.path) == term.value) is term.equal for term in self.here)

    def key(self, item: Object) -> tuple[bool, float, str]:
        """Where the object belongs: numbers by size, texts by letter, nothing first."""
        from ..views import jsonpath  # noqa: PLC0415 - most runs sort nothing

        path = _FRIENDLY.get(self.sort_by, self.sort_by)
        found = jsonpath.find(path, item)
        value: Any = found[0] if found else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return True, float(value), ""
        return value is not None, 0.0, "" if value is None else jsonpath.text(value)


def parse_fields(text: str) -> tuple[Term, ...]:
    """`status.phase=Failed,metadata.name!=x` as terms. Raises UsageError."""
    return tuple(_term(part) for part in text.split(",") if part)


def _term(part: str) -> Term:
    path, separator, value = part.partition("=")
    if not separator or not path.rstrip("!"):
        raise UsageError(f"--field-selector {part!r} is not like status.phase=Failed")
    equal = not path.endswith("!")
    return Term(path.rstrip("!").removeprefix("."), equal, value.removeprefix("="))


def _value(item: Object, path: str) -> str:
    value: Any = item
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
