"""Lines to read, of any number and length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from ..lines import NOTHING
from ..wrapping import wrapped
from .canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..lines import Line

_WHEEL = 3


class LineView(Canvas):
    """Shows as many of the lines as there is room for; long ones go on below."""

    DEFAULT_CSS = "LineView { height: 1fr; }"

    class Scrolled(Message):
        """Other lines are on the screen."""

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._said = list(lines)
        self.lines: list[Line] = list(lines)
        """As they are drawn."""
        self.top = 0

    def show(self, lines: Sequence[Line], *, from_top: bool = False, at_end: bool = False) -> None:
        """Other lines; the place in them stays unless another is wanted."""
        was_at_end = self.top >= self._last_top
        if lines != self._said:
            self._said = list(lines)
            self._wrap()
        if from_top:
            self.top = self._last_top if at_end else 0
        elif at_end and was_at_end:
            self.top = self._last_top
        self.scroll_lines(0)

    def scroll_lines(self, by: int) -> None:
        """Look further down, or up."""
        self.top = max(0, min(self.top + by, self._last_top))
        self.refresh()
        if by:
            self.post_message(self.Scrolled())

    @property
    def lines_below(self) -> int:
        """How many there is no room for, from here on."""
        return max(0, len(self.lines) - self.top - self.size.height)

    def line_at(self, y: int) -> Line:
        """A line, or nothing below the last one."""
        line = self.top + y
        return self.lines[line] if line < len(self.lines) else NOTHING

    def on_resize(self) -> None:
        """Another width breaks lines at other places."""
        was_at_end = self.top >= self._last_top > 0
        self._wrap()
        self.scroll_lines(len(self.lines) if was_at_end else 0)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.scroll_lines(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.scroll_lines(-_WHEEL)

    def _wrap(self) -> None:
        self.lines = wrapped(self._said, self.size.width) if self.size.width else list(self._said)

    @property
    def _last_top(self) -> int:
        return max(0, len(self.lines) - self.size.height)
