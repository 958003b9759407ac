"""One line that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lines import NOTHING
from .canvas import Canvas

if TYPE_CHECKING:
    from ..lines import Line


class Bar(Canvas):
    """Draws itself again only when the line has changed."""

    DEFAULT_CSS = "Bar { height: 1; }"

    line: Line = NOTHING

    def show(self, line: Line) -> None:
        """Another line, or the same one."""
        if line != self.line:
            self.line = line
            self.refresh()

    def line_at(self, y: int) -> Line:  # noqa: ARG002 - there is only one
        """The line."""
        return self.line
