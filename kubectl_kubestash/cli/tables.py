"""Plain columns as kubectl prints them: aligned with spaces, never cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

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


def one_line(cell: str) -> str:
    """A cell without line ends, tabs and control characters: a terminal must not obey data."""
    if cell.isascii() and cell.isprintable():
        return cell
    return "".join(char if char.isprintable() else " " for char in cell)


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
