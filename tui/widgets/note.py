"""What has to be read to its end: as many lines as that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lines import NOTHING
from ..wrapping import wrapped
from .canvas import Canvas

if TYPE_CHECKING:
    from ..lines import Line

_MOST = 5
"""Lines; the table must stay in sight."""


class Note(Canvas):
    """One line, and below it what did not fit."""

    DEFAULT_CSS = "Note { height: 1; }"

    lines: tuple[Line, ...] = (NOTHING,)

    def show(self, line: Line, *, width: int) -> None:
        """Another text, or the same one, on a terminal of this width."""
        lines = tuple(wrapped((line,), width)[:_MOST])
        if lines == self.lines:
            return
        if len(lines) != len(self.lines):
            self.styles.height = len(lines)
        self.lines = lines
        self.refresh()

    def line_at(self, y: int) -> Line:
        """One of them."""
        return self.lines[y] if y < len(self.lines) else NOTHING
