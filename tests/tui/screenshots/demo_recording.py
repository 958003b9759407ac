"""The demo, recorded while it runs: a film of a terminal, as one SVG."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tui.tmux import Tmux
from tests.waiting import Failed

from . import film
from .places import COMMANDS, DEMOS

if TYPE_CHECKING:
    from .film import Frame

_COLUMNS, _LINES = 112, 30
_PROJECT = Path(__file__).parents[3]
_LOOK = 0.2
"""Seconds between two looks at the terminal."""
_LIMIT = 900.0
_ENDED = "the demo ended with"


def make(place: str, folder: Path) -> dict[str, str]:
    """The film by the name of its file. Raises Failed when the demo does not end well."""
    line = f"{shlex.quote(sys.executable)} -m {DEMOS[place]}"
    script = f"cd {shlex.quote(str(_PROJECT))}\n{line}\necho {_ENDED} $?\nread _\n"
    terminal = Tmux(folder, script, size=(_COLUMNS, _LINES))
    try:
        frames = _recorded(terminal)
    finally:
        terminal.close()
    return {"demo.svg": film.made(frames, COMMANDS[place], columns=_COLUMNS, lines=_LINES)}


def _recorded(terminal: Tmux) -> list[Frame]:
    frames: list[Frame] = []
    began = time.monotonic()
    while _ENDED not in (text := terminal.text()):
        seconds = time.monotonic() - began
        if seconds > _LIMIT:
            raise Failed(f"the demo has not ended after {seconds:.0f} s:\n{text}")
        screen = terminal.screen()
        if not frames or frames[-1][1] != screen:
            frames.append((seconds, screen))
        time.sleep(_LOOK)
    if f"{_ENDED} 0" not in text:
        raise Failed(f"the demo ended badly:\n{text}")
    last = "\n".join(one for one in terminal.screen().split("\n") if _ENDED not in one)
    return [*frames, (time.monotonic() - began, last)]
