"""Which rows are shown, and in which order?

A change of some rows among ten thousand moves only these: each is found by bisection.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_kubestash.views.fields import span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .session_row import Row, SessionKey

SORT_COLUMNS = ("AGE", "DURATION", "PHASE", "NAMESPACE", "WHAT", "NAME")
_MANY = 500
"""So many changes at once are sorted anew."""


class Sort(NamedTuple):
    """By what, and which end first."""

    column: str = "AGE"
    is_reversed: bool = False

    @property
    def is_descending(self) -> bool:
        """Whether the greatest stands first: by nature the newest and the longest do."""
        return (self.column in {"AGE", "DURATION"}) != self.is_reversed


def rank(column: str) -> Callable[[Row], tuple[Any, ...]]:
    """What rows are compared by; the key makes it unique."""
    return {
        "AGE": lambda row: (row.created, row.key),
        "NAMESPACE": lambda row: (row.key.namespace, row.created, row.key),
        "NAME": lambda row: (row.key.name, row.key),
        "WHAT": lambda row: (row.what, row.created, row.key),
        "PHASE": lambda row: (row.phase, row.created, row.key),
        "DURATION": lambda row: (_seconds(row), row.key),
    }[column]


def _seconds(row: Row) -> float:
    """How long it took; what goes on has no end yet."""
    length = span(row.took)
    if length is None:
        return 0.0 if row.is_final else math.inf
    return length.total_seconds()


class Order:
    """Rows in order; a value: what changes it makes another one."""

    def __init__(self, rows: Iterable[Row] = (), sort: Sort | None = None) -> None:
        self.sort = sort or Sort()
        self._rank = rank(self.sort.column)
        self._ascending = sorted(rows, key=self._rank)

    def __len__(self) -> int:
        return len(self._ascending)

    def at(self, line: int) -> Row:
        """The row on a line, from 0."""
        return self._ascending[-1 - line if self.sort.is_descending else line]

    def index(self, row: Row) -> int:
        """The line of a row; -1 when it is not shown."""
        place = self._place(row)
        if place == len(self) or self._ascending[place].key != row.key:
            return -1
        return len(self) - 1 - place if self.sort.is_descending else place

    def keys(self, first: int, count: int) -> list[SessionKey]:
        """The keys on these lines, as far as there are any."""
        return [self.at(line).key for line in range(first, min(first + count, len(self)))]

    def changed(
        self,
        before: Mapping[SessionKey, Row],
        after: Mapping[SessionKey, Row | None],
        admits: Callable[[Row], bool],
    ) -> Order:
        """The order after these rows have become those; None stands for one that is gone."""
        if len(after) > max(_MANY, len(self) // 4):
            rows = {**before, **after}.values()
            return Order((row for row in rows if row and admits(row)), self.sort)
        made = Order((), self.sort)
        made._ascending = list(self._ascending)
        for key, new in after.items():
            made._replace(before.get(key), new if new and admits(new) else None)
        return made

    def _replace(self, old: Row | None, new: Row | None) -> None:
        if old is not None:
            place = self._place(old)
            is_there = place < len(self) and self._ascending[place].key == old.key
            if is_there and new is not None and self._rank(new) == self._rank(old):
                self._ascending[place] = new
                return
            if is_there:
                del self._ascending[place]
        if new is not None:
            self._ascending.insert(self._place(new), new)

    def _place(self, row: Row) -> int:
        return bisect_left(self._ascending, self._rank(row), key=self._rank)
