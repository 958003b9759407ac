"""Lines of text in colours, before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.views.cells import fitted, one_line, width
from kubectl_kubestash.views.progress import bar
from kubectl_kubestash.views.signs import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kubectl_kubestash.views.section import Step


class Piece(NamedTuple):
    """Text in one colour: one of `signs`, `bold`, or the terminal's own."""

    text: str
    color: str = ""


Line = tuple[Piece, ...]
NOTHING: Line = ()


def line(text: str, color: str = "") -> Line:
    """One line in one colour."""
    return (Piece(one_line(text), color),)


def title(text: str) -> Line:
    """A line above others."""
    return line(text, "bold")


def text_of(found: Line) -> str:
    """The line without its colours."""
    return "".join(piece.text for piece in found)


def spread(left: Line, right: Line, width: int) -> Line:
    """One part at the left end and one at the right; where there is no room, only the left one."""
    rest = width - columns_of(left) - columns_of(right)
    return (*left, Piece(" " * rest), *right) if rest > 0 else left


def columns_of(found: Line) -> int:
    """How many columns of a terminal it takes."""
    return sum(width(piece.text) for piece in found)


def step(found: Step, *, titles: int = 0, times: int = 0, indent: int = 0) -> Line:
    """One step of a run, as `backup now --follow` shows it."""
    sign = STATES[found.state]
    filled = f"{bar(found.percent)}  " if found.percent is not None else ""
    color = sign.color if found.state in {"failed", "running"} else ""
    waits = "dim" if found.state == "waiting" else ""
    return (
        Piece(" " * indent + sign.pretty, sign.color),
        Piece(one_line(f" {found.title:<{titles}}  {found.took:>{times}}  "), waits),
        Piece(one_line(f"{filled}{found.detail}"), color),
    )


def steps(found: Sequence[Step], *, indent: int = 0) -> list[Line]:
    """Steps, with their times below each other."""
    titles = max((len(one.title) for one in found), default=0)
    times = max((len(one.took) for one in found), default=0)
    return [step(one, titles=titles, times=times, indent=indent) for one in found]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Line]:
    """Columns below each other; the last one is as long as it is."""
    known = [tuple(one_line(cell) for cell in row) for row in rows]
    widths = [max(width(cell) for cell in column) for column in zip(columns, *known, strict=True)]
    return [
        (
            *(Piece(f"{fitted(cell, widths[n])}  ", color) for n, cell in enumerate(row[:-1])),
            Piece(row[-1], color),
        )
        for row, color in ((tuple(columns), "dim"), *((row, "") for row in known))
    ]
