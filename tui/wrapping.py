"""Lines that are longer than the screen is wide go on below.

What was said must be read to its end: the cause stands at the end of most messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views.cells import width as columns

from .lines import Piece, columns_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .lines import Line

MOST = 4_000
"""Characters of one line that are shown: a tool may print megabytes without an end of line."""
_BRANCH = " ├└─│"


def wrapped(lines: Iterable[Line], width: int) -> list[Line]:
    """Each line, and below it what did not fit, under the beginning of its last part."""
    return [part for line in lines for part in _parts(line, max(1, width))]


def _parts(line: Line, width: int) -> Iterator[Line]:
    if columns_of(line) <= width:
        yield line
        return
    line = _shortened(line)
    text, indent = text_of(line), _indent(line, width)
    begin = 0
    while begin < len(text):
        room = width - indent if begin else width
        end = _end(text, begin, room)
        margin = (Piece(" " * indent),) if begin and indent else ()
        yield (*margin, *_cut(line, begin, end))
        begin = end + 1 if text[end : end + 1] == " " else end


def _shortened(line: Line) -> Line:
    if sum(len(piece.text) for piece in line) <= MOST:
        return line
    return (*_cut(line, 0, MOST), Piece(" …", "dim"))


def _indent(line: Line, width: int) -> int:
    """Where the last part begins, or how far the line is indented itself."""
    last = line[-1].text
    begin = columns_of(line[:-1]) + len(last) - len(last.lstrip(_BRANCH))
    return begin if begin <= width // 2 else 0


def _end(text: str, begin: int, room: int) -> int:
    """Behind the last word that fits; within a word that is longer than half of the room."""
    end, taken = begin, 0
    while end < len(text) and (taken := taken + columns(text[end])) <= room:
        end += 1
    if end == len(text) or text[end] == " ":
        return end
    space = text.rfind(" ", begin, end)
    return space if space > begin + (end - begin) // 2 else max(end, begin + 1)


def _cut(line: Line, begin: int, end: int) -> Iterator[Piece]:
    """The characters from `begin` to before `end`, in their colours."""
    for piece in line:
        part = piece.text[max(0, begin) : max(0, end)]
        if part:
            yield Piece(part, piece.color)
        begin, end = begin - len(piece.text), end - len(piece.text)
