"""The steps of runs that are being watched: redrawn in place on a terminal, else as lines."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from ..views.cells import one_line
from . import diagnostics, sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..views.section import Step
    from . import style
    from .follow import Run, Seen

_QUIET = {"done", "waiting"}
"""States of steps that are left out first where there is not room for all."""
_REPORT_EVERY = 10.0
"""Seconds between two lines about progress where lines cannot be redrawn."""


class _Row(NamedTuple):
    line: str
    is_quiet: bool = False


class Screen:
    """Redraws the steps in place."""

    def __init__(self, look: style.Style) -> None:
        self.look = look
        self.drawn = 0

    def show(self, runs: Sequence[tuple[Run, Seen]], *, is_last: bool = False) -> None:
        """What is now, over what was before; the last time all of it, however long."""
        terminal = _terminal()
        shown = []
        for run, seen in runs:
            if len(runs) > 1:
                shown.append(_Row(f"{run.key.name}  {self.look.phases(seen.phase)}"))
            drawn = sections.steps(seen.steps, self.look)
            for step, line in zip(seen.steps, drawn, strict=True):
                shown.append(_Row(f"  {line}", step.state in _QUIET))
            if seen.stuck:
                shown.append(_Row(f"  {self.look.paint(one_line(seen.stuck), 'yellow')}"))
        fitting = _fit(shown, len(shown) if is_last else terminal.lines - 1)
        clipped = [_clip(line, terminal.columns) for line in fitting]
        up = f"\x1b[{self.drawn}F" if self.drawn else ""
        sys.stderr.write(up + "".join(f"{line}\x1b[K\n" for line in clipped) + "\x1b[J")
        sys.stderr.flush()
        self.drawn = len(clipped)


class Log:
    """One line for each change, and one now and then for progress."""

    def __init__(self, look: style.Style) -> None:
        self.look = look
        self.told: dict[tuple[Run, str], tuple[str, float]] = {}

    def show(self, runs: Sequence[tuple[Run, Seen]], *, is_last: bool = False) -> None:  # noqa: ARG002 - as of the screen
        """What is news."""
        for run, seen in runs:
            for step in seen.steps:
                if self._is_news(run, step):
                    prefix = f"{run.key.name}: " if len(runs) > 1 else ""
                    parts = [step.title, step.took, step.detail]
                    text = one_line("  ".join(part for part in parts if part))
                    diagnostics.line(f"{prefix}{self.look.glyph(step.state)} {text}")

    def _is_news(self, run: Run, step: Step) -> bool:
        if step.state == "waiting":
            return False
        now = time.monotonic()
        state, when = self.told.get((run, step.title), ("", float("-inf")))
        moving = step.percent is not None and now - when >= _REPORT_EVERY
        if state == step.state and not moving:
            return False
        self.told[run, step.title] = (step.state, now)
        return True


def _terminal() -> os.terminal_size:
    """The size of what is drawn on, wherever stdout goes."""
    try:
        return os.get_terminal_size(sys.stderr.fileno())
    except OSError:
        return os.terminal_size((80, 24))


def _fit(rows: Sequence[_Row], room: int) -> list[str]:
    """As many lines as the terminal has: one that has scrolled away cannot be drawn over."""
    surplus = len(rows) - max(room, 2)
    if surplus <= 0:
        return [row.line for row in rows]
    quiet = [number for number, row in enumerate(rows) if row.is_quiet][: surplus + 1]
    kept = [row.line for number, row in enumerate(rows) if number not in quiet][: max(room, 2) - 1]
    return [*kept, f"  and {len(rows) - len(kept)} more"]


def _clip(line: str, width: int) -> str:
    """The line as far as it fits; escape sequences take no room."""
    if len(line) <= width:
        return line
    room, out, position = width, [], 0
    while position < len(line) and room > 0:
        if line[position] == "\x1b":
            end = line.index("m", position) + 1
            out.append(line[position:end])
            position = end
            continue
        out.append(line[position])
        room -= 1
        position += 1
    return "".join(out) + ("\x1b[0m" if "\x1b" in line else "")
