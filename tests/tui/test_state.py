"""What each event does to the state: without Textual, without a cluster."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tui.bars import empty
from tui.columns import COLUMNS, Column, header, layout
from tui.columns import row as drawn_row
from tui.events import (
    Changed,
    Event,
    FaultsToggled,
    FilterClosed,
    FilterOpened,
    FilterTyped,
    Health,
    JumpedTo,
    Moved,
    NamespaceChosen,
    PaneChosen,
    PaneTurned,
    Rescoped,
    Reversed,
    SortedBy,
    Told,
    Zoomed,
)
from tui.filter_line import pasted, typed
from tui.filters import admits
from tui.lines import text_of
from tui.order import SORT_COLUMNS, Order, Sort
from tui.reducer import reduce
from tui.session_row import Row, SessionKey
from tui.source import Trouble
from tui.state import PANES, State
from tui.widths import Widths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def made(number: int, *, namespace: str = "demo", phase: str = "Succeeded", took: str = "") -> Row:
    key = SessionKey("BackupSession", namespace, f"files-{number:03}")
    created = f"2026-11-21T13:{number // 60:02}:{number % 60:02}Z"
    final, fault = phase in {"Succeeded", "Failed"}, phase == "Failed"
    return Row(key, "files/hourly", phase, created, took, final, fault)


def after(*events: Event, state: State | None = None) -> State:
    current = state or State()
    for event in events:
        current = reduce(current, event)
    return current


def with_rows(*rows: Row) -> State:
    return after(Changed({row.key: row for row in rows}), Health(True, (), 0.0))


def names(state: State) -> list[str]:
    return [state.order.at(line).key.name for line in range(len(state.order))]


def test_the_newest_session_stands_first_and_is_selected() -> None:
    state = with_rows(made(1), made(3), made(2))

    assert names(state) == ["files-003", "files-002", "files-001"]
    assert state.selected == made(3).key


def test_the_cursor_stays_on_its_session_when_newer_ones_come() -> None:
    state = after(Moved(1), Changed({made(9).key: made(9)}), state=with_rows(made(1), made(2)))

    assert state.selected == made(1).key
    assert state.cursor == 2


def test_when_the_selected_session_goes_the_cursor_stays_on_its_line() -> None:
    state = after(
        Moved(1), Changed({made(2).key: None}), state=with_rows(made(1), made(2), made(3))
    )

    assert state.selected == made(1).key
    assert after(Changed({made(1).key: None}), state=state).selected == made(3).key


def test_without_sessions_nothing_is_selected_and_nothing_fails() -> None:
    state = after(Moved(1), JumpedTo(-1), Zoomed(is_zoomed=True), SortedBy(1), Reversed())

    assert (state.selected, state.cursor, state.is_zoomed) == (None, -1, False)


def test_the_cursor_does_not_leave_the_table() -> None:
    state = with_rows(made(1), made(2), made(3))

    assert after(Moved(-5), state=state).cursor == 0
    assert after(Moved(99), state=state).cursor == 2
    assert after(JumpedTo(-1), state=state).cursor == 2
    assert after(JumpedTo(1), state=state).cursor == 1


def test_a_filter_keeps_what_has_all_of_its_words() -> None:
    state = with_rows(made(1), made(2, phase="Failed"), made(3, namespace="shop"))

    def shown(query: str) -> list[str]:
        return names(after(FilterTyped(query), state=state))

    assert shown("FILES-00") == ["files-003", "files-002", "files-001"]
    assert shown("files 002") == ["files-002"]
    assert shown("!002 !shop") == ["files-001"]
    assert shown("phase=fail") == ["files-002"]
    assert shown("ns=shop of=hourly name=3") == ["files-003"]
    assert shown("[bold]") == []


def test_the_filter_is_edited_letter_by_letter() -> None:
    assert typed("fil", "e", "e") == [FilterTyped("file")]
    assert typed("file", "backspace", None) == [FilterTyped("fil")]
    assert typed("file", "ctrl+u", None) == [FilterTyped("")]
    assert typed("file", "escape", None) == [FilterTyped(""), FilterClosed()]
    assert typed("file", "enter", "\r") == [FilterClosed()]
    assert typed("file", "up", None) == []
    assert typed("file", "ctrl+a", "\x01") == []
    assert pasted("a ", "b\x1b[1m\n") == FilterTyped("a b [1m")


def test_the_filter_is_typed_and_stays() -> None:
    typing = after(FilterOpened(), FilterTyped("001"), state=with_rows(made(1), made(2)))

    assert typing.is_typing
    assert not after(Zoomed(is_zoomed=True), FilterOpened(), state=typing).is_zoomed
    closed = after(FilterClosed(), state=typing)
    assert (closed.is_typing, closed.query, names(closed)) == (False, "001", ["files-001"])


def test_a_session_that_comes_to_fit_the_filter_appears_and_one_that_does_not_any_more_goes() -> (
    None
):
    state = after(FilterTyped("phase=running"), state=with_rows(made(1), made(2, phase="Running")))
    ended, begun = made(2), made(1, phase="Running")

    assert names(after(Changed({ended.key: ended}), state=state)) == []
    assert names(after(Changed({begun.key: begun}), state=state)) == ["files-002", "files-001"]


def test_faults_only_shows_what_is_wrong_and_then_all_again() -> None:
    state = after(FaultsToggled(), state=with_rows(made(1), made(2, phase="Failed")))

    assert names(state) == ["files-002"]
    assert len(names(after(FaultsToggled(), state=state))) == 2


def test_each_column_sorts_and_reversing_turns_it_round() -> None:
    state = with_rows(
        made(1, namespace="b", phase="Failed", took="5s"),
        made(2, namespace="a", phase="Running"),
        made(3, namespace="c", took="1h0m0s"),
    )
    seen = {}
    for _ in SORT_COLUMNS:
        seen[state.sort.column] = names(state)
        assert names(after(Reversed(), state=state)) == names(state)[::-1]
        state = after(SortedBy(1), state=state)

    assert state.sort == Sort()
    assert seen["NAMESPACE"] == ["files-002", "files-001", "files-003"]
    assert seen["NAME"] == ["files-001", "files-002", "files-003"]
    assert seen["PHASE"] == ["files-001", "files-002", "files-003"]
    assert seen["DURATION"] == ["files-002", "files-003", "files-001"]
    assert after(SortedBy(-1), state=state).sort.column == SORT_COLUMNS[-1]


def test_a_namespace_is_chosen_and_all_of_them_again() -> None:
    state = with_rows(made(1), made(2, namespace="shop"))
    chosen = after(NamespaceChosen("shop"), state=state)

    assert names(chosen) == ["files-002"]
    assert chosen.counts() == {"Succeeded": 1}
    assert len(names(after(NamespaceChosen(""), state=chosen))) == 2


def test_where_nothing_is_shown_it_says_what_would_show_more() -> None:
    state = with_rows(made(1))

    elsewhere = after(NamespaceChosen("shop"), state=state)
    filtered = after(FilterTyped("nosuch"), state=elsewhere)

    assert text_of(empty(elsewhere)).strip() == "nothing fits; N shows all namespaces"
    assert text_of(empty(filtered)).endswith("Esc empties the filter, N shows all namespaces")


def test_another_scope_forgets_all_that_was_heard() -> None:
    state = after(NamespaceChosen("demo"), Rescoped("shop"), state=with_rows(made(1)))

    assert (state.scope, state.namespace, len(state.rows), state.selected) == ("shop", "", 0, None)


def test_panes_are_chosen_and_turned_in_a_circle() -> None:
    assert after(PaneChosen("yaml")).pane == "yaml"
    assert after(PaneTurned(1)).pane == PANES[1]
    assert after(PaneTurned(-1)).pane == PANES[-1]
    assert after(PaneTurned(-1), PaneTurned(1)).pane == PANES[0]


def test_details_fill_the_screen_and_give_it_back_when_the_session_is_gone() -> None:
    state = after(Zoomed(is_zoomed=True), state=with_rows(made(1)))

    assert state.is_zoomed
    assert not after(Zoomed(is_zoomed=False), state=state).is_zoomed
    assert not after(Changed({made(1).key: None}), state=state).is_zoomed


def test_trouble_counts_from_when_it_began_and_ends() -> None:
    away = (Trouble("backupsessions", "away", "refused"),)
    state = after(Health(True, away, 10.0), Health(True, away, 15.0))

    assert (state.troubles, state.troubled_since) == (away, 10.0)
    assert after(Health(True, (), 20.0), state=state).troubles == ()


def test_a_message_is_told() -> None:
    assert after(Told("no", is_error=True)).message == ("no", True)


def test_changing_rows_one_by_one_gives_the_order_of_sorting_all() -> None:
    """Random writes, compared with sorting from scratch after each."""
    dice = random.Random(7)
    for column in SORT_COLUMNS:
        state = State(order=Order((), Sort(column)), sort=Sort(column), is_synced=True)
        state = after(FilterTyped("!phase=pending"), state=state)
        for _ in range(60):
            changed: Mapping[SessionKey, Row | None] = dict(_write(dice) for _ in range(3))
            state = after(Changed(changed), state=state)
            fit = admits(state)
            wanted = Order((row for row in state.rows.values() if fit(row)), state.sort)
            assert names(state) == [wanted.at(line).key.name for line in range(len(wanted))]


def _write(dice: random.Random) -> tuple[SessionKey, Row | None]:
    phase = dice.choice(["Running", "Succeeded", "Failed", "Pending"])
    row = made(dice.randrange(12), phase=phase, took=dice.choice(["", "5s", "1m0s"]))
    return row.key, None if dice.random() < 0.2 else row


def test_columns_fill_the_width_and_the_least_important_go_first() -> None:
    widths = Widths(namespace=9, what=22, name=26)
    for width in (20, 40, 80, 120, 200):
        columns = layout(width, widths)
        line = text_of(header(columns, Sort()))
        assert len(line.rstrip()) <= width
        assert "WHAT" in line
    assert _names(layout(200, widths)) == [column.name for column in COLUMNS]
    assert "NAMESPACE" not in _names(layout(200, widths, with_namespace=False))
    assert _names(layout(80, widths)) == ["PHASE", "WHAT", "AGE", "PROGRESS / REASON"]
    assert _names(layout(20, widths)) == ["PHASE", "WHAT"]
    assert layout(1)[0].width == 1


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def test_what_rows_need_is_known_and_does_not_shrink() -> None:
    state = with_rows(made(1), made(2, namespace="a-long-one"))

    assert state.widths == Widths(namespace=10, what=12, name=9)
    assert after(Changed({made(2).key: None}), state=state).widths == state.widths
    assert after(Rescoped("shop"), state=state).widths == Widths()


def test_a_row_has_the_sign_and_the_word_of_its_phase() -> None:
    line = drawn_row(layout(80), {"NAME": "files-1", "PHASE": "Failed", "AGE": "5m"})

    assert "✘ Failed" in text_of(line)
    assert [piece.color for piece in line if "Failed" in piece.text] == ["red"]


def test_a_row_that_may_be_old_is_pale_and_one_on_a_narrow_terminal_has_the_sign_alone() -> None:
    cells = {"WHAT": "files/hourly", "PHASE": "Failed"}
    old, narrow = (
        drawn_row(layout(80), cells, is_old=True),
        drawn_row(layout(20, Widths(what=12)), cells),
    )

    assert {piece.color for piece in old if piece.text.strip()} == {"dim"}
    assert text_of(narrow).split() == ["✘", "files/hourly"]


def test_while_it_is_read_for_the_first_time_the_newest_is_selected() -> None:
    state = after(Changed({made(1).key: made(1)}), Changed({made(2).key: made(2)}))
    synced = after(Health(True, (), 1.0), Changed({made(3).key: made(3)}), state=state)

    assert state.selected == made(2).key
    assert synced.selected == made(2).key
