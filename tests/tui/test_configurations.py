"""How each scheduled backup stands: as a value, as lines, and as a screen with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_kubestash.errors import Forbidden
from kubectl_kubestash.views.standing import standings
from tests.views import builders
from tui.lines import columns_of, text_of
from tui.overview import query, table
from tui.screens.configurations import ConfigurationsScreen

from .page import Page, opened, played
from .played import PlayedSource, backup, schedule, snapshot_of

if TYPE_CHECKING:
    from kubectl_kubestash.views.standing import Standing

ROWS = {
    "down": 1, "j": 2, "up": 1, "k": 0, "pagedown": 13, "pageup": 0, "ctrl+d": 13, "ctrl+u": 0,
    "end": 29, "home": 0, "G": 29, "g": 0,
}  # fmt: skip
"""Pressed one after the other: where the cursor is afterwards, of thirty rows on a small screen."""
BACK = ("escape", "q", "1", "2", "ctrl+c")


def stored(name: str, *, age: float, phase: str = "Succeeded", session: str = "hourly") -> Any:
    made = snapshot_of(backup(name), None)
    made["metadata"]["name"] = f"repo-{name}-{age}"
    made["spec"]["session"] = session
    made["status"] |= {"phase": phase, "snapshotTime": builders.at(age)}
    return made


def only(configuration: Any, sessions: list[Any], snapshots: list[Any]) -> Standing:
    (one,) = standings([configuration], sessions, snapshots)
    return one


def test_the_last_good_backup_is_the_newest_whose_data_is_stored() -> None:
    snapshots = [
        stored("a", age=90), stored("b", age=60), stored("c", age=30, phase="Failed"),
        stored("d", age=10, session="weekly"),
    ]  # fmt: skip
    one = only(schedule("files"), [backup("b", age=60), backup("c", "Failed", age=30)], snapshots)

    assert one.last_good is not None
    assert (builders.NOW - one.last_good).total_seconds() == 60
    assert (one.phase, one.last_phase) == ("Failed", "Failed")


def test_a_backup_into_two_repositories_is_as_good_as_the_older_one() -> None:
    two = schedule("files")
    two["spec"]["sessions"][0]["repositories"].append({"name": "other"})
    elsewhere = stored("x", age=500)
    elsewhere["spec"]["repository"] = "other"

    assert only(two, [], [stored("a", age=60)]).last_good is None
    known = only(two, [], [stored("a", age=60), elsewhere]).last_good
    assert known is not None
    assert (builders.NOW - known).total_seconds() == 500


def test_what_somebody_has_to_look_at_stands_first() -> None:
    found = standings(
        [
            schedule("good"), schedule("off", paused=True), schedule("bad", "Invalid"),
            schedule("odd", "Unheard"), {"metadata": {"name": "bare"}, "spec": []},
        ],
        [backup("run", "Running")],
        [stored("a", age=60)],
    )  # fmt: skip

    assert [(one.configuration, one.phase) for one in found] == [
        ("bad", "Invalid"), ("odd", "NotReady"), ("off", "Paused"), ("good", "Ready"),
    ]  # fmt: skip


def test_without_a_good_backup_nothing_is_called_ready() -> None:
    assert only(schedule("files"), [], []).phase == "Pending"
    assert only(schedule("files"), [backup("b", "Running")], []).phase == "Running"


def test_columns_that_do_not_fit_go_and_the_last_good_backup_stays_longest() -> None:
    bad = schedule("files", "Invalid")
    bad["status"]["conditions"] = [builders.condition("ValidationPassed", "False", message="no")]
    found = standings([bad, schedule("漢字")], [backup("b")], [stored("a", age=7200)])
    for width in (30, 60, 80, 120, 200):
        drawn = table(found, builders.NOW, width)
        assert all(columns_of(line) <= max(width, 42) for line in (drawn.header, *drawn.rows))
    wide = text_of(table(found, builders.NOW, 200).rows[0])
    assert wide.split("  ")[0].strip() == "✘ Invalid"
    assert "120m ago" in wide
    assert "Succeeded 60s ago" in wide
    assert "in 30m" in wide
    assert wide.rstrip().endswith("no")
    assert "LAST GOOD" in text_of(table(found, builders.NOW, 60).header)
    assert query(found[0]) == "ns=demo of=files/hourly"


async def shown(page: Page) -> ConfigurationsScreen:
    await page.press("2")
    await page.until(lambda: isinstance(page.app.screen, ConfigurationsScreen))
    screen = page.app.screen
    assert isinstance(screen, ConfigurationsScreen)
    await page.until_shown("● live", "files-00/hourly")
    return screen


def many() -> PlayedSource:
    source = PlayedSource(backup("one"), backup("two", "Failed"))
    source.configurations = [schedule(f"files-{number:02}") for number in range(29)]
    source.configurations.append(schedule("files"))
    return source


@played
async def test_each_key_of_the_screen_has_its_effect() -> None:
    async with opened(many(), size=(100, 17)) as page:
        screen = await shown(page)
        for key, row in ROWS.items():
            await page.press(key)
            assert screen.table.cursor == row, key
        for key in BACK:
            if page.app.screen is page.sessions:
                await shown(page)
            await page.press(key)
            await page.until(lambda: page.app.screen is page.sessions)
        assert page.state.query == ""
        await shown(page)
        await page.press("g", "enter")
        await page.until(lambda: page.app.screen is page.sessions)
        assert page.state.query == "ns=demo of=files/hourly"
        assert len(page.state.order) == 2


@played
async def test_it_is_read_again_and_the_cursor_stays_on_its_row() -> None:
    source = many()
    async with opened(source) as page:
        screen = await shown(page)
        await page.press("G")
        source.configurations[3]["status"]["phase"] = "Invalid"
        await page.until_shown("✘ Invalid 1", "· Pending 28", "30/30")
        assert screen.standings[screen.table.cursor].configuration == "files-28"
        source.reading_fails = Forbidden("backupconfigurations is forbidden", code=403)
        await page.until_shown("! backupconfigurations is forbidden", "● as of")
        source.reading_fails, source.configurations = None, []
        await page.until_shown("● live", "there is no BackupConfiguration yet")
        await page.press("j", "enter", "G")
        assert page.app.screen is screen
        await page.pilot.resize_terminal(20, 5)
        await page.press("escape")
        await page.until(lambda: page.app.screen is page.sessions)
