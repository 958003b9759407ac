"""The lines above and below: where we are, how fresh it is, what was just done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views.cells import fitted, one_line
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES, state_of

from . import keys
from .lines import NOTHING, Piece, columns_of, line, spread
from .order import Sort
from .panes import PANES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from .keys import Key
    from .lines import Line
    from .options import Options
    from .source import Trouble
    from .state import Message, State

NOT_INSTALLED = "KubeStash is not installed in this cluster: kubectl kubestash install"
_PHASES = ("Failed", "Invalid", "Unknown", "Running", "Pending", "Skipped", "Succeeded")
"""What somebody has to do something about stands first."""
_LAST = {"help", "quit"}
"""Keys that are named however small the terminal is."""
_SHORTEST_NAME = 12
_OLD = 10.0
"""Seconds."""


def head(state: State, options: Options, now: datetime, *, seconds: float, width: int) -> Line:
    """Where we are, and how fresh what is shown is. `seconds` as in Health."""
    where = state.namespace or state.scope or "all namespaces"
    left = (
        Piece(" kubestash ", "bold"),
        Piece(f" {one_line(options.context)} ▸ {one_line(where)} ▸ sessions"),
    )
    right = [_freshness(state, seconds)]
    if options.is_readonly:
        right.insert(0, Piece("READ-ONLY   ", "yellow"))
    clock = Piece(f"   {now.astimezone():%H:%M:%S} ", "dim")
    whole = spread(left, (*right, clock), width)
    return whole if len(whole) > len(left) else spread(left[:1], tuple(right), width)


def head_of_configurations(options: Options, scope: str, age: float | None, *, width: int) -> Line:
    """Where we are, and how old what is shown is, in seconds; None before anything was read."""
    where = one_line(scope or "all namespaces")
    left = (
        Piece(" kubestash ", "bold"),
        Piece(f" {one_line(options.context)} ▸ {where} ▸ configurations"),
    )
    if age is None:
        return spread(left, (Piece("● reading ", "dim"),), width)
    is_live = age < _OLD
    said = "● live " if is_live else f"● as of {age:.0f}s ago "
    return spread(left, (Piece(said, "green" if is_live else "yellow"),), width)


def summary(state: State, *, width: int) -> Line:
    """How many sessions are in each phase, and what is chosen of them."""
    counts = state.counts()
    unknown = sorted(set(counts).difference(_PHASES))
    pieces = [
        Piece(f" {_sign(phase)} {phase} {counts[phase]} ", PHASE_COLORS.get(phase, ""))
        for phase in (*_PHASES, *unknown)
        if counts.get(phase)
    ]
    return spread(tuple(pieces), (Piece(f"{_chosen(state)} ", "bold"),), width)


def tabs(state: State, *, width: int) -> Line:
    """The panes, each with its key, the open one in brackets; what the details are of."""
    left = next(
        (line for line in _tabs(state.pane) if columns_of(line) <= width), _open_tab(state.pane)
    )
    name, room = _selected(state), width - columns_of(left) - 6
    if room < _SHORTEST_NAME:
        return (*left, Piece("─" * max(0, width - columns_of(left)), "dim"))
    shown = name if columns_of(line(name)) <= room else fitted(name, room)
    rest = width - columns_of((*left, Piece(shown))) - 4
    return (*left, Piece("─" * rest, "dim"), Piece(f" {shown} ", "bold"), Piece("──", "dim"))


def _tabs(opened: str) -> Iterator[Line]:
    """With the names of all panes; with the keys alone of those that are not open."""
    for with_names in (True, False):
        pieces = [Piece("── ", "dim")]
        for known, pane in PANES.items():
            if known == opened:
                pieces += _open_tab(opened)
            else:
                pieces += [Piece(pane.key, "cyan"), Piece(f" {pane.title}" * with_names)]
            pieces.append(Piece("  " if with_names else " "))
        yield tuple(pieces)


def _open_tab(opened: str) -> Line:
    pane = PANES[opened]
    return (Piece(f"[{pane.key} {pane.title}]", "bold"),)


def foot(state: State, options: Options, *, width: int) -> Line:
    """The filter while it is typed, else what was just done, else the keys."""
    if state.is_typing:
        return (Piece(" /", "bold"), Piece(one_line(state.query)), Piece("▏", "dim"))
    if state.message.text:
        said = Piece(" " + one_line(state.message.text), _color(state.message))
        return (said,)
    named = [key for key in keys.active(is_readonly=options.is_readonly) if key.brief]
    last = [key for key in named if key.name in _LAST]
    right = tuple(piece for key in last for piece in _key(key))
    left: Line = ()
    for key in (key for key in named if key not in last):
        if columns_of((*left, *_key(key), *right)) > width:
            break
        left = (*left, *_key(key))
    return (*left, *right)


def notice(state: State, *, seconds: float) -> Line:
    """What is wrong with what is shown; nothing while all is well."""
    if not state.troubles:
        return NOTHING
    return line(f" ! {trouble(state.troubles, seconds - state.troubled_since)}", "red")


def trouble(troubles: Sequence[Trouble], seconds: float) -> str:
    """What is wrong, what is shown all the same, and what to do."""
    away = next((one for one in troubles if one.reason == "away"), None)
    if away:
        return f"no answer for {seconds:.0f}s, trying again: {away.message}"
    kinds = ", ".join(one.kind for one in troubles)
    hints = list(dict.fromkeys(hint for one in troubles for hint in one.hints))
    hint = f" → {hints[0]}" if hints else ""
    if all(one.reason == "missing" for one in troubles):
        return f"the server does not have the kinds {kinds}{hint}"
    return f"not shown: {kinds}{hint} ({troubles[0].message})"


def empty(state: State) -> Line:
    """What stands where there are no rows."""
    why = _why_empty(state)
    if why == "filtered":
        return line(f"   nothing fits; {_how_to_see_more(state)}", "dim")
    text, color = _EMPTY[why]
    return line(f"   {text}", color)


_EMPTY = {
    "good": ("nothing is wrong; f shows all", "green"),
    "missing": (NOT_INSTALLED, "yellow"),
    "away": ("nothing could be read yet", "dim"),
    "refused": ("there are no sessions that can be read", "dim"),
    "reading": ("reading …", "dim"),
    "": ("there are no sessions yet: kubectl kubestash backup now NAME", "dim"),
}


def _why_empty(state: State) -> str:
    if state.rows:
        return "good" if state.faults_only and not state.query else "filtered"
    reasons = {one.reason for one in state.troubles}
    for reason in ("missing", "away", "refused"):
        if reason in reasons:
            return reason
    return "" if state.is_synced else "reading"


def _how_to_see_more(state: State) -> str:
    ways = {
        "Esc empties the filter": bool(state.query),
        "f shows all, not only what is wrong": state.faults_only,
        "N shows all namespaces": bool(state.namespace),
    }
    return ", ".join(way for way, helps in ways.items() if helps)


def _key(key: Key) -> Line:
    return (Piece(f" {key.shown.split()[0]}", "cyan"), Piece(f" {key.brief} "))


def _color(message: Message) -> str:
    return "red" if message.is_error else "green"


def _selected(state: State) -> str:
    if state.selected is None:
        return "nothing is selected"
    return one_line(f"{state.selected.namespace}/{state.selected.name}")


def _sign(phase: str) -> str:
    return STATES[state_of(phase)].pretty


def _freshness(state: State, seconds: float) -> Piece:
    if state.is_away:
        return Piece(f"● as of {seconds - state.troubled_since:.0f}s ago", "yellow")
    if state.troubles:
        return Piece("● in part", "yellow")
    return Piece("● live", "green") if state.is_synced else Piece("● reading", "dim")


def _chosen(state: State) -> str:
    chosen = []
    if state.query:
        chosen.append(f"filter: {one_line(state.query)}")
    if state.faults_only:
        chosen.append("faults only")
    if state.sort != Sort():
        chosen.append(f"by {state.sort.column.lower()} {'▼' if state.sort.is_descending else '▲'}")
    place = f"{state.cursor + 1}/{len(state.order)}" if len(state.order) else "0"
    all_rows = f" of {len(state.rows)}" if len(state.rows) != len(state.order) else ""
    return "  ".join([*chosen, place + all_rows])
