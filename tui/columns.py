"""Which columns fit, and how wide is each?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.views.cells import fitted
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES, state_of

from .lines import Piece
from .widths import Widths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .lines import Line
    from .order import Sort


class Column(NamedTuple):
    """One column."""

    name: str
    width: int
    rank: int = 0
    """Columns of a higher rank go first where there is no room; those of 0 stay."""

    is_right: bool = False


STATE, NOW = "PHASE", "PROGRESS / REASON"
_PHASE = 11
"""The sign and the word of a phase."""
COLUMNS = (
    Column(STATE, _PHASE),
    Column("NAMESPACE", 10, rank=3),
    Column("WHAT", 12),
    Column("NAME", 12, rank=6),
    Column("AGE", 5, rank=1, is_right=True),
    Column("DURATION", 9, rank=4, is_right=True),
    Column("SIZE", 8, rank=5, is_right=True),
    Column(NOW, 24, rank=2),
)
_NARROW = 40
"""On a terminal narrower than this, the sign of the phase is all that there is room for."""
_WIDEST, _WIDEST_NAME = 36, 53
"""Longer ones are cut: the room is for what has happened. 53 is the longest name of a run."""
_GAP, _MARGIN = 2, 1


def layout(
    width: int, widths: Widths | None = None, *, with_namespace: bool = True
) -> list[Column]:
    """The columns that fit into so many columns of a terminal, as wide as they will be."""
    chosen = _as_wide_as_needed(width, widths or Widths())
    if not with_namespace:
        chosen = [column for column in chosen if column.name != "NAMESPACE"]
    room = max(1, width - 2 * _MARGIN)
    while _taken(chosen) > room and any(column.rank for column in chosen):
        chosen.remove(max(chosen, key=lambda column: column.rank))
    if (over := _taken(chosen) - room) > 0:
        chosen = [
            column._replace(width=max(1, column.width - over)) if column.name == "WHAT" else column
            for column in chosen
        ]
    last = chosen[-1]
    return [*chosen[:-1], last._replace(width=last.width + max(0, room - _taken(chosen)))]


def header(columns: Sequence[Column], sort: Sort) -> Line:
    """The names of the columns; an arrow shows by which the rows are sorted."""
    arrow = "▼" if sort.is_descending else "▲"
    pieces = [Piece(" " * _MARGIN)]
    for column in columns:
        is_sign = column.name == STATE and column.width < _PHASE
        name = f"{column.name}{arrow}" if column.name == sort.column else column.name
        pieces.append(Piece(_cell("" if is_sign else name, column), "bold"))
    return tuple(pieces)


def row(columns: Sequence[Column], cells: Mapping[str, str], *, is_old: bool = False) -> Line:
    """One row; pale when nobody knows whether it is still so."""
    phase = cells.get(STATE, "")
    color = "dim" if is_old else PHASE_COLORS.get(phase, "")
    sign = STATES[state_of(phase)].pretty
    pieces = [Piece(" " * _MARGIN)]
    for column in columns:
        text = cells.get(column.name, "")
        if column.name == STATE:
            text = f"{sign} {phase}" if column.width >= _PHASE else sign
        is_colored = column.name in {STATE, NOW}
        pieces.append(Piece(_cell(text, column), color if is_colored or is_old else ""))
    return tuple(pieces)


def _as_wide_as_needed(width: int, widths: Widths) -> list[Column]:
    needed = {
        STATE: _PHASE if width >= _NARROW else 1,
        "NAMESPACE": min(max(widths.namespace, 10), _WIDEST),
        "WHAT": min(max(widths.what, 5), _WIDEST),
        "NAME": min(max(widths.name, 5), _WIDEST_NAME),
    }
    return [column._replace(width=needed.get(column.name, column.width)) for column in COLUMNS]


def _cell(text: str, column: Column) -> str:
    fit = fitted(text, column.width)
    if column.is_right and text.isascii():
        fit = text[: column.width].rjust(column.width)
    return fit + " " * _GAP


def _taken(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + _GAP * (len(columns) - 1)
