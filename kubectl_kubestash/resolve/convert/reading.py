"""Which fields of an object were carried over, and what is to be said of the others?"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LOST = "lost"
"""Could not be carried over."""

REVIEW = "review"
"""Carried over in another form, or filled in: somebody has to look at it."""

NEEDLESS = "needless"
"""Means nothing to KubeStash, or is what happens anyway."""

Path = tuple[str | int, ...]


class Note(NamedTuple):
    """What became of a field that is not in the output as it was."""

    level: str
    path: str
    """Such as `spec.target.paths[0]`; empty for the whole object."""

    message: str
    is_whole: bool = True
    """Whether it speaks for everything below the path."""

    @property
    def text(self) -> str:
        """Path and message in one line."""
        text = f"{self.path}: {self.message}" if self.path else self.message
        return " ".join(text.split())


class _Ledger:
    def __init__(self) -> None:
        self.settled: set[Path] = set()
        self.around: set[Path] = set()
        self.notes: list[Note] = []

    def settle(self, path: Path) -> None:
        self.settled.add(path)
        self.around.update(path[:length] for length in range(len(path)))


class Reading:
    """A part of an object, and the memory of what was read of all of it."""

    def __init__(
        self, raw: Mapping[str, Any], path: Path = (), ledger: _Ledger | None = None
    ) -> None:
        self.raw = raw
        self._path = path
        self._ledger = ledger or _Ledger()

    def get(self, path: str) -> Any:
        """The value at a path such as `target.ref.kind`, or None; nothing is settled by it."""
        value: Any = self.raw
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def take(self, path: str) -> Any:
        """A copy of the value, which goes into the output as it is; None when there is none."""
        value = self.get(path)
        if value is not None:
            self._ledger.settle(self._full(path))
        return _without_nulls(copy.deepcopy(value))

    def taken(self, **fields: str) -> dict[str, Any]:
        """New names with the values of these paths, for those that have any."""
        return {
            name: value
            for name, path in fields.items()
            if (value := self.take(path)) not in (None, "")
        }

    def at(self, path: str) -> Reading:
        """A part of it; an empty one when there is none."""
        value = self.get(path)
        return Reading(value if isinstance(value, Mapping) else {}, self._full(path), self._ledger)

    def each(self, path: str) -> list[Reading]:
        """The items of a list."""
        items = self.get(path) or ()
        return [
            Reading(item, (*self._full(path), index), self._ledger)
            for index, item in enumerate(items)
            if isinstance(item, Mapping)
        ]

    def note(self, level: str, path: str, message: str) -> None:
        """Say what becomes of a field, if it is there; an empty path is the part itself."""
        if path and self.get(path) is None:
            return
        full = self._full(path) if path else self._path
        self._ledger.settle(full)
        self._ledger.notes.append(Note(level, shown(full), message))

    def remark(self, message: str) -> None:
        """Something to look at about this part, whose fields are still to be told one by one."""
        self._ledger.notes.append(Note(REVIEW, shown(self._path), message, is_whole=False))

    def lose(self, path: str, message: str) -> None:
        """The field cannot be carried over."""
        self.note(LOST, path, message)

    def review(self, path: str, message: str) -> None:
        """The field is carried over in another form."""
        self.note(REVIEW, path, message)

    def drop(self, path: str, message: str) -> None:
        """The field means nothing to KubeStash."""
        self.note(NEEDLESS, path, message)

    def notes(self) -> list[Note]:
        """All that was said, and what there is to say of fields that nobody has read."""
        return [*self._ledger.notes, *self._left(self.raw, self._path)]

    def _left(self, value: Any, path: Path) -> Iterator[Note]:
        if value is None or path in self._ledger.settled:
            return
        if path not in self._ledger.around and path:
            yield _left_over(value, path)
            return
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in items:
            yield from self._left(inner, (*path, key))

    def _full(self, path: str) -> Path:
        return (*self._path, *path.split("."))


def shown(path: Path) -> str:
    """The path as people write it."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _left_over(value: Any, path: Path) -> Note:
    if _says_nothing(value):
        return Note(NEEDLESS, shown(path), "it is empty, or what holds anyway")
    return Note(LOST, shown(path), "KubeStash has no field for it")


def _says_nothing(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_says_nothing, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_says_nothing, value))
    return not value


def _without_nulls(value: Any) -> Any:
    """Null means absent in Kubernetes."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
