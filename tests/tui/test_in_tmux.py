"""The monitor in a real terminal: it is drawn, obeys keys, and leaves all as it was."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from .tmux import Tmux

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPT = """
echo "before the monitor"
stty -g > {folder}/before
{python} -m tests.tui.played_program {folder}/pid {words}
echo "it ended with $?"
stty -g > {folder}/after
echo "NO_COLOR is still $NO_COLOR"
read _
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    made = Tmux(tmp_path, script(tmp_path), NO_COLOR="1")
    yield made
    made.close()


def script(folder: Path, *words: str) -> str:
    return SCRIPT.format(folder=folder, python=sys.executable, words=" ".join(words))


def test_it_is_played_and_leaves_the_terminal_as_it_was(terminal: Tmux, tmp_path: Path) -> None:
    terminal.until("● live", "◌ Running 1", "files-1", "[d Steps]")
    terminal.keys("l")
    terminal.until("[l Log]", "saved 42 files")
    terminal.keys("/", "old-39", "Enter")
    terminal.until("filter: old-39  1/1 of 41")
    terminal.keys("Escape")
    terminal.until(" 41/41")
    terminal.keys("g", "j", "Enter")
    terminal.until(" demo/old-0 ──")
    terminal.keys("?")
    terminal.until("Choose what is shown")
    terminal.keys("q")
    terminal.until_gone("Choose what is shown")
    terminal.keys("q")

    terminal.until("before the monitor", "it ended with 0", "NO_COLOR is still 1")
    assert "kubestash" not in terminal.text()
    assert terminal.flags().strip() == "1 0 0"
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


def test_sigterm_leaves_the_terminal_as_it_was(terminal: Tmux, tmp_path: Path) -> None:
    terminal.until("● live", "files-1")

    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)

    terminal.until("before the monitor", f"it ended with {128 + signal.SIGTERM}")
    assert terminal.flags().strip() == "1 0 0"
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


def test_a_bug_leaves_the_terminal_as_it_was_and_shows_no_data(tmp_path: Path) -> None:
    terminal = Tmux(tmp_path, script(tmp_path, "crash"))
    try:
        terminal.until("error: this is a bug: ZeroDivisionError", "it ended with 1")
        assert "Traceback" not in terminal.text()
        assert terminal.flags().strip() == "1 0 0"
    finally:
        terminal.close()
