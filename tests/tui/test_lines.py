"""Lines before they are drawn: wrapped, spread over the width, told in short."""

from __future__ import annotations

import pytest

from kubectl_kubestash.views.reasons import brief
from kubectl_kubestash.views.section import Step
from kubectl_kubestash.views.steps import current
from tests.views import builders
from tui.bars import foot, tabs
from tui.lines import Piece, columns_of, line, spread, step, table, text_of
from tui.options import Options
from tui.panes import PANES
from tui.panes.subject import Subject
from tui.panes.why import lines as why
from tui.rows import key_of
from tui.state import State
from tui.wrapping import wrapped


def texts(*lines: tuple[Piece, ...], width: int) -> list[str]:
    return [text_of(found) for found in wrapped(lines, width)]


def test_a_long_line_goes_on_below_between_words() -> None:
    assert texts(line("one two three four"), width=9) == ["one two", "three", "four"]
    assert texts(line("short"), line(""), width=9) == ["short", ""]


def test_what_goes_on_stands_below_the_beginning_of_the_last_part() -> None:
    found = step(Step("failed", "dump", "9s", "no key fits the repository"))

    assert texts(found, width=26) == ["✘ dump  9s  no key fits", "            the repository"]
    assert texts((Piece("└─ ", "dim"), Piece("a cause that is long")), width=15) == [
        "└─ a cause that",
        "   is long",
    ]


def test_a_word_that_is_longer_than_the_screen_is_broken_and_its_colour_stays() -> None:
    found = wrapped([(Piece("x" * 5, "red"), Piece("y" * 5, "green"))], 4)

    assert ["".join(piece.text for piece in one) for one in found] == ["xxxx", "xyyy", "yy"]
    assert [piece.color for piece in found[1]] == ["red", "green"]


def test_wide_characters_are_counted_as_wide() -> None:
    assert all(columns_of(found) <= 7 for found in wrapped([line("漢字" * 9)], 7))
    assert texts(line("漢"), width=1) == ["漢"]


def test_a_line_of_a_megabyte_is_shortened_and_says_so() -> None:
    found = texts(line("x" * 1_000_000), width=100)

    assert len(found) == 41
    assert found[-1].endswith("…")


def test_the_right_part_goes_where_there_is_no_room() -> None:
    assert text_of(spread(line("ab"), line("cd"), 6)) == "ab  cd"
    assert text_of(spread(line("ab"), line("cd"), 4)) == "ab"


def test_columns_of_a_table_stand_below_each_other_with_wide_characters_too() -> None:
    head, first, second = (text_of(one) for one in table(("A", "B"), [("漢字", "x"), ("a", "y")]))

    assert (head, first, second) == ("A     B", "漢字  x", "a     y")


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        (
            "dump: restic cat config (Repository a/b) failed with exit code 12: no key",
            "dump: no key",
        ),
        ("restic backup (x) failed with exit code 1: disk: full", "disk: full"),
        ("one or more snapshots are failed", "one or more snapshots are failed"),
        ("dump: pg_dump failed with exit code 1: ", "dump: pg_dump failed with exit code 1: "),
    ],
)
def test_a_reason_in_brief_is_what_the_tool_said(whole: str, short: str) -> None:
    assert brief(whole) == short


def test_a_run_is_at_its_first_step_that_is_not_done() -> None:
    done, runs, waits = Step("done", "a"), Step("running", "b"), Step("waiting", "c")

    assert [current(steps) for steps in ([done, runs, waits], [done, waits], [done])] == [
        "b", "c", "",
    ]  # fmt: skip


def test_the_foot_names_help_and_quit_however_narrow_it_is() -> None:
    for width in (20, 60, 80, 200):
        shown = text_of(foot(State(), Options(), width=width))
        assert columns_of(line(shown)) <= width
        assert shown.endswith(" ? help  q quit ")


def test_the_tabs_fit_and_name_the_key_of_each_pane() -> None:
    for width in (20, 40, 80, 200):
        for pane in PANES:
            shown = text_of(tabs(State(pane=pane), width=width))
            assert columns_of(line(shown)) <= width
            assert f"[{PANES[pane].key} {PANES[pane].title}]" in shown
    assert "nothing is selected" in text_of(tabs(State(), width=200))


def test_causes_are_a_tree_and_end_with_the_command_that_prints_them() -> None:
    session = builders.session(
        "Failed", builders.condition("SnapshotsEnsured", "False", message="no room")
    )
    snapshot = builders.snapshot({"phase": "Failed", "error": "it is full"})
    subject = Subject(
        key=key_of(session), session=session, now=builders.NOW, snapshots=[snapshot], events=[]
    )

    assert [text_of(found) for found in why(subject)][1:] == [
        "├─ · Snapshot repo-files-hourly-1 Pending",
        "│  └─ ✘ dump Failed",
        "│       it is full",
        "└─ ✘ SnapshotsEnsured",
        "     no room",
        "",
        "→ kubectl kubestash describe session files-hourly-1 -n demo",
    ]
