"""From a state and an event to the next state: pure, so every key can be tested as a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import events as happened
from .filters import admits
from .order import SORT_COLUMNS, Order, Sort
from .state import PANES, Message, State
from .widths import Widths

if TYPE_CHECKING:
    from collections.abc import Callable

    from .events import Event


def reduce(state: State, event: Event) -> State:
    """The state after the event."""
    return _HANDLERS[type(event)](state, event)


def _changed(state: State, event: happened.Changed) -> State:
    line = state.cursor if state.is_synced else 0
    rows = dict(state.rows)
    for key, row in event.rows.items():
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
    order = state.order.changed(state.rows, event.rows, admits(state))
    widths = state.widths.with_rows(event.rows.values())
    changed = replace(state, rows=rows, order=order, widths=widths)
    # While it is read for the first time, one kind after the other, the newest one is selected.
    return _selected(changed, line) if state.is_synced else _at(changed, 0)


def _health(state: State, event: happened.Health) -> State:
    since = state.troubled_since if state.troubles else event.at
    return replace(
        state,
        is_synced=event.is_synced,
        troubles=event.troubles,
        troubled_since=since if event.troubles else 0.0,
    )


def _moved(state: State, event: happened.Moved) -> State:
    return _at(state, max(0, state.cursor + event.by))


def _jumped(state: State, event: happened.JumpedTo) -> State:
    return _at(state, event.line if event.line >= 0 else len(state.order) - 1)


def _filter_opened(state: State, _: happened.FilterOpened) -> State:
    return replace(state, is_typing=True, is_zoomed=False)


def _filter_typed(state: State, event: happened.FilterTyped) -> State:
    return _arranged(replace(state, query=event.query))


def _filter_closed(state: State, _: happened.FilterClosed) -> State:
    return replace(state, is_typing=False)


def _faults(state: State, _: happened.FaultsToggled) -> State:
    return _arranged(replace(state, faults_only=not state.faults_only))


def _sorted_by(state: State, event: happened.SortedBy) -> State:
    place = SORT_COLUMNS.index(state.sort.column) + event.step
    return _arranged(replace(state, sort=Sort(SORT_COLUMNS[place % len(SORT_COLUMNS)])))


def _reversed(state: State, _: happened.Reversed) -> State:
    sort = Sort(state.sort.column, not state.sort.is_reversed)
    return _arranged(replace(state, sort=sort))


def _namespace(state: State, event: happened.NamespaceChosen) -> State:
    return _arranged(replace(state, namespace=event.namespace))


def _rescoped(state: State, event: happened.Rescoped) -> State:
    return replace(
        state,
        scope=event.scope,
        namespace="",
        rows={},
        order=Order((), state.sort),
        widths=Widths(),
        selected=None,
        is_synced=False,
        troubles=(),
        troubled_since=0.0,
    )


def _pane(state: State, event: happened.PaneChosen) -> State:
    return replace(state, pane=event.pane)


def _pane_turned(state: State, event: happened.PaneTurned) -> State:
    return replace(state, pane=PANES[(PANES.index(state.pane) + event.step) % len(PANES)])


def _zoomed(state: State, event: happened.Zoomed) -> State:
    return replace(state, is_zoomed=event.is_zoomed and state.selected is not None)


def _told(state: State, event: happened.Told) -> State:
    return replace(state, message=Message(event.text, event.is_error))


def _arranged(state: State) -> State:
    """The same rows, chosen and sorted anew; the cursor stays on its row where that is shown."""
    admit = admits(state)
    order = Order((row for row in state.rows.values() if admit(row)), state.sort)
    return _selected(replace(state, order=order), 0)


def _selected(state: State, line: int) -> State:
    """With the selected row if it is still shown, else with the one on this line."""
    return state if state.cursor >= 0 else _at(state, max(0, line))


def _at(state: State, line: int) -> State:
    if not len(state.order):
        return replace(state, selected=None, is_zoomed=False)
    row = state.order.at(min(line, len(state.order) - 1))
    return replace(state, selected=row.key)


_HANDLERS: dict[type, Callable[[State, Any], State]] = {
    happened.Changed: _changed,
    happened.Health: _health,
    happened.Moved: _moved,
    happened.JumpedTo: _jumped,
    happened.FilterOpened: _filter_opened,
    happened.FilterTyped: _filter_typed,
    happened.FilterClosed: _filter_closed,
    happened.FaultsToggled: _faults,
    happened.SortedBy: _sorted_by,
    happened.Reversed: _reversed,
    happened.NamespaceChosen: _namespace,
    happened.Rescoped: _rescoped,
    happened.PaneChosen: _pane,
    happened.PaneTurned: _pane_turned,
    happened.Zoomed: _zoomed,
    happened.Told: _told,
}
