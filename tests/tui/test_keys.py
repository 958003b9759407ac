"""Each key does what help says it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from kubectl_kubestash.errors import Refused
from tests.views import builders
from tui.app import Monitor
from tui.dialogs import help as help_dialog
from tui.dialogs.choice import Choice
from tui.dialogs.help import Help
from tui.keys import BY_KEY, KEYS, active
from tui.lines import text_of
from tui.screens.configurations import ConfigurationsScreen
from tui.screens.sessions import SessionsScreen

from .page import Page, opened, played
from .played import PlayedSource, backup, restore, schedule, snapshot_of
from .test_configurations import BACK, ROWS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.dom import DOMNode

    from tui.keys import Key

    Effect = Callable[[Page, str], Awaitable[None]]


def source() -> PlayedSource:
    """Thirty good backups, one that failed and one that runs, and a restore of another place."""
    failed = backup("broken", "Failed", age=5)
    failed["status"]["conditions"] = [
        builders.condition("SnapshotsEnsured", "False", message="no such storage")
    ]
    played_source = PlayedSource(
        *(backup(f"files-{number:02}", age=100 - number) for number in range(30)),
        failed,
        backup("live", "Running", age=4),
        restore("back", namespace="shop", age=200),
    )
    for session in played_source.sessions.values():
        session["metadata"]["annotations"] = {f"note-{number}": "long" for number in range(40)}
    played_source.configurations = [schedule("files")]
    played_source.printed = [f"line {number}" for number in range(50)]
    played_source.said = [
        {"type": "Warning", "reason": "FailedScheduling", "message": "no node", "count": 3}
    ]
    return played_source


async def down(page: Page, key: str) -> None:
    await page.press(key, key)
    assert page.state.cursor == 2
    await page.press("enter", "y", key)
    assert page.sessions.details.top == 1


async def up(page: Page, key: str) -> None:
    await page.press("G", key)
    assert page.state.cursor == len(page.state.order) - 2
    await page.press("enter", "y", "j", "j", key)
    assert page.sessions.details.top == 1


async def page_down(page: Page, key: str) -> None:
    await page.press(key)
    assert page.state.cursor == page.sessions.table.page
    assert page.sessions.table.top == 1


async def page_up(page: Page, key: str) -> None:
    await page.press("G", key)
    assert page.state.cursor == len(page.state.order) - 1 - page.sessions.table.page


async def first(page: Page, key: str) -> None:
    await page.press("G", key)
    assert page.state.cursor == 0
    assert "Running" in page.lines()[3]
    await page.press("enter", "l")
    await page.until_shown("line 49")
    await page.press(key)
    assert "line 0" in page.lines()[3]


async def last(page: Page, key: str) -> None:
    await page.press(key)
    assert page.state.selected is not None
    assert page.state.selected.name == "back"
    await page.press("enter", "y", key)
    assert "phase: Succeeded" in page.lines()[-2]


async def filter_(page: Page, key: str) -> None:
    await page.press(key, *"broken")
    await page.until(lambda: page.state.query == "broken")
    assert len(page.state.order) == 1
    await page.press("enter")
    assert (page.state.is_typing, page.state.query) == (False, "broken")
    assert "filter: broken  1/1 of 33" in page.text()


async def faults(page: Page, key: str) -> None:
    await page.press(key)
    assert len(page.state.order) == 1
    assert "faults only" in page.text()
    await page.press(key)
    assert len(page.state.order) == 33


async def sort(page: Page, key: str) -> None:
    await page.press(key)
    assert "DURATION▼" in page.text()
    assert "by duration ▼" in page.text()


async def sort_back(page: Page, key: str) -> None:
    await page.press(key)
    assert "by name ▲" in page.text()


async def reverse(page: Page, key: str) -> None:
    await page.press(key)
    assert "AGE▲" in page.text()
    assert page.state.order.at(0).key.name == "back"


async def namespace(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("Which namespace?", "shop")
    await page.press("down", "down", "enter")
    assert page.state.namespace == "shop"
    assert "kind-dev ▸ shop ▸ sessions" in page.text()


async def all_namespaces(page: Page, key: str) -> None:
    await namespace(page, "n")
    await page.press(key)
    assert page.state.namespace == ""
    assert len(page.state.order) == 33


async def configurations(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown(
        "kind-dev ▸ all namespaces ▸ configurations", "◌ Running", "files/hourly"
    )
    await page.press("escape")
    await page.until(lambda: page.app.screen is page.sessions)


async def open_(page: Page, key: str) -> None:
    await page.press(key)
    assert page.state.is_zoomed
    assert "PROGRESS / REASON" not in page.text()
    assert "[d Steps]" in page.text()


async def back(page: Page, key: str) -> None:
    await page.press("enter", key)
    assert not page.state.is_zoomed
    await page.press("slash", "x", "enter", key)
    assert (page.state.query, len(page.state.order)) == ("", 33)
    await page.press("slash", "x", key)
    assert (page.state.query, page.state.is_typing) == ("", False)


async def next_pane(page: Page, key: str) -> None:
    await page.press(key)
    assert "[c Components]" in page.text()


async def last_pane(page: Page, key: str) -> None:
    await page.press(key)
    assert "[w Why]" in page.text()


async def steps(page: Page, key: str) -> None:
    await page.press("y", key)
    await page.until_shown("[d Steps]", "· backup job")


async def components(page: Page, key: str) -> None:
    played_source = page.sessions.source
    assert isinstance(played_source, PlayedSource)
    played_source.put_snapshot(snapshot_of(backup("live"), builders.running()))
    await page.press(key)
    await page.until_shown("Snapshot repo-live", "▓▓▓▓▓▓░░░░  61%  467/766 MiB  6.7 MiB/s  ETA 45s")


async def log(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("line 49")
    assert "line 0\n" not in page.text()


async def events(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("FailedScheduling", "no node", "(x3)")


async def yaml(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("apiVersion: core.kubestash.com/v1alpha1")


async def why(page: Page, key: str) -> None:
    await page.press("j", key)
    await page.until_shown("✘ BackupSession demo/broken Failed", "no such storage", "no node")


async def backup_(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("Back up now?", "kubectl kubestash backup now files --session hourly")
    await page.press("enter")
    assert STARTED == []
    await page.press(key, "down", "enter")
    await page.until_shown("demo/files/hourly created")
    assert STARTED == [("demo", "files", "hourly")]


async def help_(page: Page, key: str) -> None:
    await page.press(key)
    await page.until_shown("Choose what is shown", "only what is wrong, or all")
    await page.press("down")
    await page.until_gone("│ Move")
    await page.press("escape")
    await page.until_gone("Choose what is shown")


async def quit_(page: Page, key: str) -> None:
    await page.press(key)
    await page.until(lambda: not page.app.is_running)
    assert not page.app.return_code


STARTED: list[tuple[str, ...]] = []
EFFECTS: dict[str, Effect] = {
    "down": down, "up": up, "page_down": page_down, "page_up": page_up, "first": first,
    "last": last, "filter": filter_, "faults": faults, "sort": sort, "sort_back": sort_back,
    "configurations": configurations, "reverse": reverse, "namespace": namespace,
    "all_namespaces": all_namespaces, "open": open_,
    "back": back, "next_pane": next_pane, "last_pane": last_pane, "steps": steps,
    "components": components, "log": log, "events": events, "yaml": yaml, "why": why,
    "backup": backup_, "help": help_, "quit": quit_,
}  # fmt: skip


def start(*words: str) -> str:
    STARTED.append(words)
    return f"{'/'.join(words)} created"


@pytest.mark.parametrize(("name", "key"), [(key.name, one) for key in KEYS for one in key.keys])
@played
async def test_a_key_has_its_effect(name: str, key: str) -> None:
    STARTED.clear()
    async with opened(source(), back_up=start) as page:
        await EFFECTS[name](page, key)


def test_every_key_that_is_bound_has_its_test() -> None:
    assert {key.name for key in KEYS} == set(EFFECTS)
    assert {one for key in KEYS for one in key.keys} == set(BY_KEY)
    assert _bound(Monitor) == _bound(SessionsScreen) == set()
    assert _bound(Choice) == {*MOVES, *LEAVES, "enter"}
    assert _bound(ConfigurationsScreen) == set(ROWS) | {*BACK, "enter"}
    assert _bound(Help) == {*SCROLLS, *HELP_LEAVES}


def _bound(where: type[DOMNode]) -> set[str]:
    bindings = [one for one in where.__dict__.get("BINDINGS", []) if isinstance(one, Binding)]
    return {key for binding in bindings for key in binding.key.split(",")}


MOVES = {
    **dict.fromkeys(("down", "j", "right", "tab", "pagedown", "ctrl+d", "end", "G"), 1),
    **dict.fromkeys(("up", "k", "left", "shift+tab", "pageup", "ctrl+u", "home", "g"), 0),
}
"""Where the cursor of a question with two answers is afterwards."""
LEAVES = ("escape", "q", "ctrl+c")
PAGES = ("pagedown", "ctrl+d", "space", "end", "G")
SCROLLS = {
    "down": 1,
    "j": 1,
    **dict.fromkeys(("up", "k", "pageup", "ctrl+u", "home", "g"), 0),
    **dict.fromkeys(PAGES, 2),
}
"""How far help is scrolled afterwards: not at all, a line, more."""
HELP_LEAVES = ("escape", "q", "question_mark", "f1", "enter", "ctrl+c")


@played
async def test_keys_of_a_question_move_and_leave_and_take_an_answer() -> None:
    STARTED.clear()
    async with opened(source(), back_up=start) as page:
        for key, line in MOVES.items():
            await page.press("b", key)
            choice = page.app.screen
            assert isinstance(choice, Choice)
            assert choice._table.cursor == line, key
            await page.press("escape")
        for key in LEAVES:
            await page.press("b", "down", key)
            await page.until(lambda: page.app.screen is page.sessions)
        assert STARTED == []
        await page.press("b", "down", "up", "down", "enter")
        await page.until(lambda: len(STARTED) == 1)


@played
async def test_keys_of_help_scroll_and_leave() -> None:
    async with opened(source(), size=(120, 20)) as page:
        for key, top in SCROLLS.items():
            await page.press("question_mark", key)
            shown = page.app.screen
            assert isinstance(shown, Help)
            assert min(shown.view.top, 2) == top, key
            await page.press("escape")
        for key in HELP_LEAVES:
            await page.press("question_mark", key)
            await page.until(lambda: page.app.screen is page.sessions)
        assert page.app.is_running


@played
async def test_out_of_the_details_the_table_has_its_first_row_again() -> None:
    async with opened(PlayedSource(backup("files-1"), restore("back"))) as page:
        await page.press("j", "enter", "y")
        await page.until(lambda: page.sessions.table.size.height == 0)
        await page.press("escape")
        await page.until_shown("files/hourly", "restore →")


@played
async def test_help_says_how_much_of_it_is_below() -> None:
    async with opened(source(), size=(80, 24)) as page:
        await page.press("question_mark")
        await page.until_shown("more below: j, PgDn; Esc leaves")
        assert "quit" not in page.lines()[-4]
        await page.press("G")
        await page.until(lambda: "more below" not in page.text())
        assert "quit; what runs in the cluster goes on" in page.text()


@played
async def test_a_question_with_more_answers_than_lines_keeps_the_cursor_in_sight() -> None:
    played_source = source()
    played_source.known_namespaces = [f"place-{number:02}" for number in range(60)]
    async with opened(played_source, size=(80, 24)) as page:
        await page.press("n")
        await page.until_shown("Esc leaves all as it is   1/61")
        await page.press(*["j"] * 40)
        await page.until_shown("41/61")
        assert "place-39" in page.text()
        await page.press("G", "enter")
        await page.until(lambda: page.state.namespace == "place-59")


@played
async def test_a_backup_that_is_refused_says_why_and_what_to_do() -> None:
    def refuse(*_: str) -> str:
        raise Refused("BackupConfiguration demo/files is paused", "use --force")

    async with opened(source(), back_up=refuse) as page:
        await page.press("b", "down", "enter")
        await page.until_shown("BackupConfiguration demo/files is paused → use --force")


@played
async def test_why_it_was_refused_can_be_read_to_its_end_on_a_narrow_terminal() -> None:
    def refuse(*_: str) -> str:
        raise Refused("the one that is running is called " + "name-" * 12, "kubectl what-to-type")

    async with opened(source(), size=(60, 24), back_up=refuse) as page:
        await page.press("b", "down", "enter")
        await page.until_shown("what-to-type")
        assert "files/hourly" in page.text()
        await page.press("x")
        await page.until_shown("? help  q quit")
        assert "? help  q quit" in page.lines()[-1]


@played
async def test_a_restore_cannot_be_backed_up() -> None:
    async with opened(source(), back_up=start) as page:
        await page.press("G", "b")
        assert "select a backup of a BackupConfiguration first" in page.text()


@played
async def test_with_readonly_no_key_writes_and_help_names_none() -> None:
    STARTED.clear()
    async with opened(source(), back_up=start, is_readonly=True) as page:
        assert "READ-ONLY" in page.text()
        await page.press("b")
        assert "not with --readonly" in page.text()
        assert "Back up now?" not in page.text()
    shown = [text_of(line) for line in help_dialog.lines(is_readonly=True)]
    assert not [line for line in shown if "back up" in line]
    assert STARTED == []


@played
async def test_a_namespace_that_is_not_watched_makes_the_source_begin_anew() -> None:
    played_source = PlayedSource(backup("files-1"), scope="demo")
    played_source.known_namespaces = ["demo", "shop"]
    async with opened(played_source) as page:
        await page.press("n")
        await page.until_shown("Which namespace?")
        await page.press("down", "down", "enter")
        await page.until(lambda: played_source.scope == "shop")
        assert page.state.scope == "shop"
        await page.press("N")
        await page.until(lambda: played_source.scope == "")


@played
async def test_the_mouse_chooses_a_row() -> None:
    async with opened(source()) as page:
        await page.pilot.click(page.sessions.table, offset=(5, 4))
        await page.until(lambda: page.state.cursor == 3)
        assert page.state.order.at(3).key == page.state.selected


def test_no_two_keys_are_the_same_and_each_is_in_help() -> None:
    bound = [one for key in KEYS for one in key.keys]
    shown = "\n".join(text_of(line) for line in help_dialog.lines(is_readonly=False))

    assert len(bound) == len(set(bound))
    assert all(key.help in shown for key in KEYS)
    assert _names(active(is_readonly=False)) - _names(active(is_readonly=True)) == {"backup"}


def _names(keys: list[Key]) -> set[str]:
    return {key.name for key in keys}


def test_the_documentation_has_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs/monitor.md").read_text(encoding="utf-8")

    assert [one for key in KEYS for one in key.shown.split() if f"`{one}`" not in page] == []
