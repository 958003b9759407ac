"""Which columns fit, and how wide is each?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.views.cells import fitted
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES, state_of

from .lines import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .lines import Line
    from .order import Sort


class Column(NamedTuple):
    """One column."""

    name: str
    width: int
    """The least."""

    weight: int = 0
    """Its part of the room that is left."""

    rank: int = 0
    """Columns of a higher rank go first where there is no room."""

    is_right: bool = False


COLUMNS = (
    Column("NAMESPACE", 12, 1, rank=6),
    Column("NAME", 14, 4),
    Column("WHAT", 14, 2, rank=4),
    Column("PHASE", 11, rank=1),
    Column("PROGRESS", 18, rank=3),
    Column("SIZE", 8, rank=8, is_right=True),
    Column("DURATION", 9, rank=5, is_right=True),
    Column("AGE", 6, rank=2, is_right=True),
    Column("REASON", 12, 3, rank=7),
)
_GAP = 1


def layout(width: int, *, with_namespace: bool = True) -> list[Column]:
    """The columns that fit into so many columns of a terminal, as wide as they will be."""
    chosen = [column for column in COLUMNS if with_namespace or column.name != "NAMESPACE"]
    while len(chosen) > 1 and _least(chosen) > width:
        chosen.remove(max(chosen, key=lambda column: column.rank))
    if len(chosen) == 1:
        return [chosen[0]._replace(width=max(1, width))]
    rest, weights = max(0, width - _least(chosen)), sum(column.weight for column in chosen)
    return [
        column._replace(width=column.width + (rest * column.weight // weights if weights else 0))
        for column in chosen
    ]


def header(columns: Sequence[Column], sort: Sort) -> Line:
    """The names of the columns; an arrow shows by which the rows are sorted."""
    arrow = "▼" if sort.is_descending else "▲"
    pieces = []
    for column in columns:
        name = f"{column.name}{arrow}" if column.name == sort.column else column.name
        pieces.append(Piece(_cell(name, column), "bold"))
    return tuple(pieces)


def row(columns: Sequence[Column], cells: Mapping[str, str]) -> Line:
    """One row."""
    phase = cells.get("PHASE", "")
    color = PHASE_COLORS.get(phase, "")
    sign = STATES[state_of(phase)].pretty
    values = {**cells, "PHASE": f"{sign} {phase}"}
    return tuple(
        Piece(
            _cell(values.get(column.name, ""), column),
            color if column.name in {"PHASE", "PROGRESS"} else "",
        )
        for column in columns
    )


def _cell(text: str, column: Column) -> str:
    fit = fitted(text, column.width)
    if column.is_right and text.isascii():
        fit = text[: column.width].rjust(column.width)
    return fit + " " * _GAP


def _least(columns: Sequence[Column]) -> int:
    return sum(column.width + _GAP for column in columns)
