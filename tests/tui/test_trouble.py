"""Bad input: what the monitor does when the cluster, the terminal or the data is not as hoped."""

from __future__ import annotations

import os
import re
import signal
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import Forbidden
from tests.views import builders
from tui.bars import head, notice
from tui.dialogs.choice import Choice
from tui.dialogs.help import Help
from tui.events import Health
from tui.lines import text_of
from tui.options import Options
from tui.reader import Reader
from tui.reducer import reduce
from tui.rows import key_of
from tui.run import monitor
from tui.source import Inbox, Trouble
from tui.state import State
from tui.wrapping import MOST

from .page import opened, played
from .played import PlayedSource, backup, restore, snapshot_of

if TYPE_CHECKING:
    from tui.session_row import SessionKey
    from tui.source import Object

AWAY = Trouble("backupsessions", "away", "The connection to the server was refused")
SECONDS = re.compile(r"no answer for (\d+)s")
FORBIDDEN = Trouble(
    "restoresessions", "refused", "restoresessions is forbidden", ("kubectl auth can-i list",)
)
MISSING = tuple(
    Trouble(kind, "missing", "The server does not have it", ("kubectl kubestash install",))
    for kind in ("backupsessions", "restoresessions", "snapshots")
)


@played
async def test_a_server_that_is_away_is_told_and_what_was_known_stays() -> None:
    source = PlayedSource(backup("files-1", "Running"))
    async with opened(source) as page:
        source.trouble = (AWAY,)
        await page.until_shown("no answer for ", "s, trying again", "● as of ", "files-1")
        await page.until(lambda: _seconds(page.lines()[-2]) >= 2)
        source.trouble = ()
        source.put(backup("files-1", "Succeeded"))
        await page.until_shown("● live", "✔ Succeeded 1")
        assert "no answer" not in page.text()


def _seconds(notice: str) -> int:
    found = SECONDS.search(notice)
    return int(found[1]) if found else -1


@played
async def test_what_is_old_is_pale_and_what_was_just_done_is_told_all_the_same() -> None:
    source = PlayedSource(backup("files-1", "Running"))
    async with opened(source, back_up=lambda *_: "it was created") as page:
        source.trouble = (AWAY,)
        await page.until_shown("no answer for ")
        assert {piece.color for piece in page.sessions._row(0) if piece.text.strip()} == {"dim"}
        await page.press("b", "down", "enter")
        await page.until_shown("it was created", "no answer for ")


def test_a_server_that_is_away_for_a_minute_is_told_with_the_age_of_what_is_shown() -> None:
    state = reduce(State(is_synced=True), Health(True, (AWAY,), 100.0))
    now = datetime(2026, 11, 21, tzinfo=UTC)

    assert "no answer for 60s, trying again: The connection" in text_of(
        notice(state, seconds=160.0)
    )
    assert "● as of 60s ago" in text_of(head(state, Options(), now, seconds=160.0, width=80))


@played
async def test_a_kind_that_may_not_be_read_is_named_and_the_others_are_shown() -> None:
    source = PlayedSource(backup("files-1"))
    source.trouble = (FORBIDDEN,)
    async with opened(source) as page:
        await page.until_shown(
            "● in part",
            "not shown: restoresessions → kubectl auth can-i list (restoresessions is forbidden)",
            "files-1",
        )


@played
async def test_without_our_kinds_it_says_what_to_type() -> None:
    source = PlayedSource()
    source.trouble = MISSING
    async with opened(source) as page:
        await page.until_shown(
            "KubeStash is not installed in this cluster: kubectl kubestash install",
            "the server does not have the kinds backupsessions, restoresessions, snapshots",
        )


@played
async def test_an_empty_cluster_says_so() -> None:
    async with opened(PlayedSource()) as page:
        await page.until_shown("there are no sessions yet: kubectl kubestash backup now NAME")
        await page.press("j", "G", "enter", "w", "b", "f")
        assert page.state.selected is None


@played
async def test_what_is_being_read_is_not_called_empty() -> None:
    source = PlayedSource()
    source.is_synced = False
    async with opened(source) as page:
        await page.until_shown("reading …", "● reading")


@played
async def test_a_tiny_terminal_shows_what_fits_and_every_key_works() -> None:
    source = PlayedSource(*(backup(f"files-{number:02}") for number in range(20)))
    async with opened(source, size=(20, 5)) as page:
        assert [len(line) <= 20 for line in page.lines()] == [True] * 5
        assert "✔  files/hourly" in page.text()
        await page.press("j", "j", "enter", "y")
        await page.until_shown("apiVersion")
        await page.press("escape", "question_mark")
        await page.until_shown("Move")
        await page.press("escape", "n")
        await page.until_shown("Which namespace?")
        await page.press("escape", "slash", "1", "enter", "b", "G")
        assert page.state.query == "1"
        await page.pilot.resize_terminal(200, 60)
        await page.until_shown("NAMESPACE", "NAME ", "PROGRESS / REASON")
        await page.pilot.resize_terminal(1, 1)
        await page.pilot.resize_terminal(80, 24)
        await page.until_shown("[y YAML]")


@played
async def test_markup_control_and_wide_characters_are_shown_and_not_obeyed() -> None:
    evil = "\x1b[2J[red]x[/red] \x07漢字\u202e\x9b31m\nend"
    session = backup("files-1", "Failed")
    session["spec"]["session"] = evil
    session["spec"]["invoker"]["name"] = evil
    session["status"]["conditions"] = [
        builders.condition("SnapshotsEnsured", "False", message=evil * 3)
    ]
    source = PlayedSource(session, restore("r"), backup("名前" * 30))
    source.printed, source.said = [evil], [{"type": evil, "reason": evil, "message": evil}]
    component = {"phase": "Failed", "error": evil, "claim": {"pod": evil, "node": evil}}
    source.stored[key_of(session)] = [snapshot_of(session, component)]
    async with opened(source, size=(160, 40)) as page:
        for pane in "dcleyw":
            await page.press(pane)
            await page.until_gone("reading …")
            shown = page.text()
            assert "漢字" in shown
            assert not {char for char in shown if not char.isprintable()} - {"\n"}
        assert "[red]x[/red]" in page.text()
        assert all(_cells(line) <= 160 for line in page.lines())
        await page.press("enter", "escape", "slash", "[", "r", "e", "d", "]", "enter")
        await page.until(lambda: len(page.state.order) == 1)


def _cells(line: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(line)


@played
async def test_objects_without_any_fields_are_shown() -> None:
    bare = {"kind": "BackupSession", "metadata": {"name": "bare", "namespace": "demo"}}
    odd = {**bare, "metadata": {"name": "odd"}, "spec": [], "status": "none"}
    async with opened(PlayedSource(bare, odd)) as page:
        await page.until_shown("bare", "odd", "· Pending")
        for pane in "dcleyw":
            await page.press(pane)
        await page.press("b")
        assert "select a backup of a BackupConfiguration first" in page.text()


@played
async def test_a_log_that_may_not_be_read_says_why() -> None:
    source = PlayedSource(backup("files-1"))
    source.reading_fails = Forbidden("pods is forbidden", code=403)
    async with opened(source) as page:
        await page.press("l")
        await page.until_shown("pods is forbidden")
        source.reading_fails, source.printed = None, ["at last"]
        await page.until_shown("at last")


@played
async def test_a_log_of_a_hundred_megabytes_is_shown_from_its_end() -> None:
    source = PlayedSource(backup("files-1"))
    source.printed = ["x" * 500_000 for _ in range(200)] + ["the last line"]
    async with opened(source, size=(80, 24)) as page:
        await page.press("l")
        await page.until_shown("the last line")
        assert len(page.sessions.details.lines) < 200 * MOST
        await page.press("enter", "g")
        await page.until(lambda: page.sessions.details.top == 0)
        assert sum(text_of(one).endswith("x …") for one in page.sessions.details.lines) == 200


@played
async def test_ten_thousand_sessions_are_sorted_filtered_and_walked_through() -> None:
    source = PlayedSource(
        *(backup(f"run-{number:05}", age=20_000 - number) for number in range(9_999)),
        backup("bad", "Failed", age=30_000),
    )
    async with opened(source) as page:
        await page.until_shown("✔ Succeeded 9999", "✘ Failed 1", "1/10000")
        await page.press("G")
        await page.until_shown("10000/10000")
        assert page.state.selected is not None
        assert page.state.selected.name == "bad"
        await page.press("g", "O", "f")
        await page.until_shown("faults only  by age ▲  1/1 of 10000")
        await page.press("f", "slash", *"run-00042", "enter")
        await page.until_shown("filter: run-00042", "1/1 of 10000")
        source.remove(key_of(backup("run-00042")))
        await page.until_shown("nothing fits; Esc empties the filter")


@played
async def test_what_went_wrong_is_told_until_a_key_is_pressed() -> None:
    async with opened(PlayedSource(backup("files-1")), is_readonly=True) as page:
        await page.press("b")
        await page.until_shown("not with --readonly")
        page.sessions._told_at -= 60
        page.sessions.look()
        assert page.state.message.text == "not with --readonly"
        await page.press("j")
        assert page.state.message.text == ""


@played
async def test_a_terminal_of_ascii_gets_ascii() -> None:
    source = PlayedSource(backup("files-1", "Running"), restore("r"))
    source.stored[key_of(backup("files-1"))] = [snapshot_of(backup("files-1"), builders.running())]
    async with opened(source, is_plain=True) as page:
        await page.until_shown("######----  61%  ETA 45s")
        assert page.text().isascii()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@played
async def test_a_signal_ends_it_properly_and_the_code_says_which(number: signal.Signals) -> None:
    source = PlayedSource(backup("files-1"))
    async with opened(source) as page:
        os.kill(os.getpid(), number)
        await page.until(lambda: not page.app.is_running)
        assert page.app.return_code == 128 + number
    assert not source.is_running


def test_a_server_that_keeps_silent_keeps_nobody_from_quitting() -> None:
    class Silent(PlayedSource):
        asked, answered = threading.Event(), threading.Event()

        def log(self, key: SessionKey) -> list[str]:
            self.asked.set()
            self.answered.wait()
            return super().log(key)

    source = Silent(backup("files-1"))

    @played
    async def whole() -> None:
        async with opened(source) as page:
            await page.press("l")
            await page.until(source.asked.is_set)
            await page.press("q")
            await page.until(lambda: not page.app.is_running)

    whole()
    assert not source.is_running
    source.answered.set()


def test_a_bug_in_the_background_ends_the_monitor_and_is_raised() -> None:
    class Broken(PlayedSource):
        def log(self, key: SessionKey) -> list[str]:
            raise ZeroDivisionError(key.name)

    @played
    async def whole() -> None:
        async with opened(Broken(backup("files-1"))) as page:
            await page.press("l")
            await page.until(lambda: not page.app.is_running)

    with pytest.raises(ZeroDivisionError, match="files-1"):
        whole()
    assert threading.excepthook is threading.__excepthook__


def test_what_nobody_looks_at_any_more_is_not_told() -> None:
    first, second = key_of(backup("one")), key_of(backup("two"))
    told: list[SessionKey] = []
    asked, go_on, done = threading.Event(), threading.Event(), threading.Event()

    class Slow(PlayedSource):
        def events(self, key: SessionKey) -> list[Object]:
            if key == first:
                asked.set()
                go_on.wait(60)
            return super().events(key)

    def tell(reading: object) -> None:
        told.append(reading.key)  # type: ignore[attr-defined]
        done.set()

    reader = Reader(Slow(), tell)
    reader.start()
    reader.want(first, "events")
    assert asked.wait(60)
    reader.want(second, "events")
    go_on.set()
    assert done.wait(60)
    reader.stop()
    assert told == [second]


@pytest.mark.parametrize("before", [None, "", "1"])
def test_no_color_is_left_in_the_environment_as_it_was(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if before is not None:
        monkeypatch.setenv("NO_COLOR", before)

    with_color = monitor(PlayedSource(), Options(has_color=True))
    without = monitor(PlayedSource(), Options(has_color=False))

    assert (with_color.no_color, without.no_color) == (False, True)
    assert os.environ.get("NO_COLOR") == before


def test_of_many_changes_of_a_session_between_two_looks_the_last_one_counts() -> None:
    inbox, session = Inbox(), backup("files-1")
    key = key_of(session)
    for phase in ("Running", "Succeeded"):
        inbox.put(key, backup("files-1", phase))
    inbox.touch(key)

    changed, touched = inbox.take()

    assert [text["status"]["phase"] for text in changed.values() if text] == ["Succeeded"]
    assert touched == {key}
    assert inbox.take() == ({}, set())


@played
async def test_a_dialog_that_is_left_twice_goes_once() -> None:
    async with opened(PlayedSource(backup("files-1")), back_up=lambda *_: "created") as page:
        for opens in ("question_mark", "b", "n"):
            await page.press(opens)
            await page.until(lambda: page.app.screen is not page.sessions)
            dialog = page.app.screen
            assert isinstance(dialog, Choice | Help)
            dialog.action_leave()
            dialog.action_leave()
            await page.until(lambda: page.app.screen is page.sessions)
        assert page.app.is_running
