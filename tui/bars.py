"""The lines above and below: where we are, how fresh it is, what was just done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views.cells import one_line
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES, state_of

from . import keys
from .lines import Piece, line
from .panes import PANES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .lines import Line
    from .options import Options
    from .source import Trouble
    from .state import State

_NOT_INSTALLED = "KubeStash is not installed in this cluster: kubectl kubestash install"
_PHASES = ("Running", "Pending", "Failed", "Invalid", "Succeeded", "Skipped")


def head(state: State, options: Options, now: datetime, seconds: float) -> Line:
    """Where we are, and how fresh what is shown is. `seconds` as in Health."""
    where = state.namespace or state.scope or "all namespaces"
    pieces = [
        Piece("kubestash ", "bold"),
        Piece(f" {one_line(options.context)} ▸ {one_line(where)} ▸ sessions  "),
        _freshness(state, seconds),
    ]
    if options.is_readonly:
        pieces.append(Piece("  READ-ONLY", "yellow"))
    return (*pieces, Piece(f"  {now.astimezone():%H:%M:%S}", "dim"))


def summary(state: State) -> Line:
    """How many sessions are in each phase, and what is chosen of them."""
    counts = state.counts()
    unknown = sorted(set(counts).difference(_PHASES))
    pieces = [
        Piece(f"{_sign(phase)} {phase} {counts[phase]}  ", PHASE_COLORS.get(phase, ""))
        for phase in (*_PHASES, *unknown)
        if counts.get(phase)
    ]
    return (*pieces, Piece(f"{_chosen(state)}", "bold"))


def tabs(state: State) -> Line:
    """The name of what the details are of, and the panes; the open one stands out."""
    name = state.selected.name if state.selected else "nothing is selected"
    pieces = [Piece(f"── {one_line(name)} ── ", "dim")]
    for known, pane in PANES.items():
        is_open = known == state.pane
        pieces.append(
            Piece(f"[{pane.title}]" if is_open else f" {pane.title} ", "bold" if is_open else "dim")
        )
    return tuple(pieces)


def foot(state: State, options: Options, seconds: float) -> Line:
    """The filter while it is typed, else trouble, else what was just done, else the keys."""
    if state.is_typing:
        return (Piece("/", "bold"), Piece(one_line(state.query)), Piece("▏", "dim"))
    if state.troubles:
        return line(trouble(state.troubles, seconds - state.troubled_since), "red")
    if state.message.text:
        return line(state.message.text, "red" if state.message.is_error else "green")
    active = keys.active(is_readonly=options.is_readonly)
    named = [f"{key.shown.split()[0]} {key.brief}" for key in active if key.brief]
    return line("  ".join(named), "dim")


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
    if state.rows:
        return line("nothing fits the filter; Esc empties it, f shows all", "dim")
    if any(one.reason == "missing" for one in state.troubles):
        return line(
            "KubeStash is not installed in this cluster: kubectl kubestash install", "yellow"
        )
    if any(one.reason == "away" for one in state.troubles):
        return line("nothing could be read yet", "dim")
    if state.troubles:
        return line("there are no sessions that can be read", "dim")
    if not state.is_synced:
        return line("reading …", "dim")
    return line("there are no sessions yet: kubectl kubestash backup now NAME", "dim")


def _sign(phase: str) -> str:
    return STATES[state_of(phase)].pretty


def _freshness(state: State, seconds: float) -> Piece:
    if any(one.reason == "away" for one in state.troubles):
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
    place = f"{state.cursor + 1}/{len(state.order)}" if len(state.order) else "0"
    all_rows = f" of {len(state.rows)}" if len(state.rows) != len(state.order) else ""
    return "  ".join([*chosen, place + all_rows])
