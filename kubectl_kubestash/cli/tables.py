"""Plain columns as kubectl prints them: aligned with spaces, never cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..views.cells import one_line, width

GAP = 3


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows as lines; the last column is not padded."""
    table = [[one_line(cell) for cell in row] for row in rows]
    count = max((len(row) for row in table), default=0)
    widths = [
        max((width(row[i]) for row in table if i < len(row)), default=0) for i in range(count)
    ]
    for row in table:
        padded = [cell + " " * (widths[i] - width(cell) + GAP) for i, cell in enumerate(row[:-1])]
        yield ("".join(padded) + (row[-1] if row else "")).rstrip()
