"""Scheduled backups as lines: is there a good backup of each, and when comes the next?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.resolve.durations import age
from kubectl_kubestash.views.cells import fitted, one_line, width
from kubectl_kubestash.views.fields import NONE, since
from kubectl_kubestash.views.reasons import brief
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES

from .lines import Piece, spread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kubectl_kubestash.views.standing import Standing

    from .lines import Line

COLUMNS = ("STATE", "NAMESPACE", "WHAT", "LAST GOOD", "LAST RUN", "NEXT RUN", "SCHEDULE", "REASON")
_GO_FIRST = ("SCHEDULE", "NAMESPACE", "NEXT RUN", "REASON", "LAST RUN", "LAST GOOD")
"""Where there is no room."""
_GAP = "  "
_SIGNS = {
    "Invalid": "failed", "NotReady": "failed", "Failed": "failed", "Paused": "skipped",
    "Pending": "waiting", "Running": "running", "Ready": "done",
}  # fmt: skip


class Table(NamedTuple):
    """A line above, and one for each."""

    header: Line
    rows: list[Line]


def table(standings: Sequence[Standing], now: datetime, columns: int) -> Table:
    """The columns that fit, as wide as they need."""
    cells = [dict(zip(COLUMNS, _cells(one, now), strict=True)) for one in standings]
    widths = {name: max(width(row[name]) for row in [{name: name}, *cells]) for name in COLUMNS}
    widths["REASON"] = min(widths["REASON"], 24)
    shown = list(COLUMNS) if any(row["REASON"] for row in cells) else list(COLUMNS[:-1])
    for name in _GO_FIRST:
        if _taken(shown, widths) > columns and name in shown:
            shown.remove(name)
    if shown[-1] == "REASON":
        widths["REASON"] += max(0, columns - _taken(shown, widths))
    head = _line({name: name for name in COLUMNS}, shown, widths, ("bold",) * len(COLUMNS))
    return Table(
        head,
        [
            _line(row, shown, widths, _colors(one))
            for row, one in zip(cells, standings, strict=True)
        ],
    )


def summary(standings: Sequence[Standing], cursor: int, columns: int) -> Line:
    """How many stand how, and where the cursor is."""
    counts = Counter(one.phase for one in standings)
    left = tuple(
        Piece(f" {STATES[_SIGNS[phase]].pretty} {phase} {counts[phase]} ", _color(phase))
        for phase in _SIGNS
        if counts[phase]
    )
    place = f"{cursor + 1}/{len(standings)} " if standings else ""
    return spread(left, (Piece(place, "bold"),), columns)


def query(standing: Standing) -> str:
    """The filter that shows the runs of this one."""
    return f"ns={standing.namespace} of={standing.what}"


def _cells(one: Standing, now: datetime) -> tuple[str, ...]:
    last = f"{one.last_phase} {since(one.last_run, now)} ago" if one.last_run else NONE
    following = NONE
    if one.next_run is not None and one.phase != "Paused":
        following = f"in {age(one.next_run - now)}" if one.next_run > now else "due"
    return tuple(
        one_line(cell)
        for cell in (
            f"{STATES[_SIGNS[one.phase]].pretty} {one.phase}",
            one.namespace,
            one.what,
            f"{since(one.last_good, now)} ago" if one.last_good else "none known",
            last,
            following,
            one.schedule or NONE,
            brief(one.reason),
        )
    )


def _color(phase: str) -> str:
    return "red" if _SIGNS[phase] == "failed" else PHASE_COLORS.get(phase, "yellow")


def _colors(one: Standing) -> tuple[str, ...]:
    state = _color(one.phase)
    good = "" if one.last_good else "yellow"
    return (state, "", "", good, PHASE_COLORS.get(one.last_phase, ""), "", "", state)


def _line(
    row: dict[str, str], shown: Sequence[str], widths: dict[str, int], colors: Sequence[str]
) -> Line:
    return (
        Piece(" "),
        *(
            Piece(fitted(row[name], widths[name]) + _GAP, colors[COLUMNS.index(name)])
            for name in shown
        ),
    )


def _taken(shown: Sequence[str], widths: dict[str, int]) -> int:
    return 1 + sum(widths[name] + len(_GAP) for name in shown)
