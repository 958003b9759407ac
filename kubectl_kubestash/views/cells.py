"""Text in the cells of a terminal: without what it would obey, and as wide as it is drawn."""

from __future__ import annotations

import unicodedata


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


def fitted(text: str, columns: int) -> str:
    """The text in exactly so many columns: filled with spaces, or cut with an ellipsis."""
    if text.isascii() and len(text) <= columns:
        return text.ljust(columns)
    room = width(text)
    if room <= columns:
        return text + " " * (columns - room)
    return _cut(text, columns)


def _cut(text: str, columns: int) -> str:
    if columns <= 0:
        return ""
    taken, room = [], columns - 1
    for char in text:
        room -= _columns(char)
        if room < 0:
            break
        taken.append(char)
    head = "".join(taken) + "…"
    return head + " " * (columns - width(head))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
