"""Drawing lines: how colours and signs reach the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from ..lines import Line

_STYLES = {
    "": Style(),
    "bold": Style(bold=True),
    "dim": Style(dim=True),
    "green": Style(color="green"),
    "red": Style(color="red"),
    "yellow": Style(color="yellow"),
    "cyan": Style(color="cyan"),
}
_REVERSED = Style(reverse=True, bold=True)
_ASCII = str.maketrans(
    {
        "✔": "+", "✘": "x", "◌": "o", "·": ".", "»": ">", "▓": "#", "░": "-", "…": "~",
        "▼": "v", "▲": "^", "▸": ">", "→": ">", "└": "`", "├": "|", "─": "-", "│": "|", "●": "*",
        "▏": "_", "↓": "v", "↑": "^", "⇧": "S", "←": "<",
    }
)  # fmt: skip


class Canvas(Widget):
    """A widget of lines, which draws only those that are on the screen.

    Own drawing and own scrolling, because a table with a widget's bookkeeping for each cell needs
    more than half a core for a hundred changes a second
    (https://textual.textualize.io/guide/widgets/#line-api).
    """

    is_plain = False
    """Whether the terminal knows only ASCII."""

    def line_at(self, y: int) -> Line:
        """The line on this row of the widget."""
        raise AssertionError(f"{type(self).__name__} draws nothing at {y}")

    def is_marked(self, y: int) -> bool:  # noqa: ARG002 - a widget without a cursor marks nothing
        """Whether this row is drawn reversed."""
        return False

    def render_line(self, y: int) -> Strip:
        """What Textual asks for."""
        is_marked = self.is_marked(y)
        strip = self._strip(self.line_at(y), is_marked=is_marked)
        return strip.adjust_cell_length(self.size.width, _REVERSED if is_marked else _STYLES[""])

    def render(self) -> str:
        """Never drawn: Textual asks for a size, and this is nothing."""
        return ""

    def _strip(self, line: Line, *, is_marked: bool) -> Strip:
        """A marked line is of one colour: patches of reversed ones are hard to read."""
        return Strip(
            [
                Segment(
                    text.translate(_ASCII) if self.is_plain else text,
                    _REVERSED if is_marked else _STYLES[color],
                )
                for text, color in line
            ]
        )
