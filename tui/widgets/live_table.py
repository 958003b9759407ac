"""A table of any number of rows, of which only those on the screen are ever made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.message import Message

from ..lines import NOTHING
from .canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from ..lines import Line

_WHEEL = 3


class LiveTable(Canvas):
    """A header, rows below it, and a cursor that is always on the screen."""

    DEFAULT_CSS = "LiveTable { height: 1fr; }"

    class Clicked(Message):
        """A row was clicked."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(
        self,
        header: Callable[[], Line],
        row: Callable[[int], Line],
        *,
        empty: Callable[[], Line] = lambda: NOTHING,
    ) -> None:
        super().__init__()
        self._header, self._row, self._empty = header, row, empty
        self.count, self.cursor, self.top = 0, -1, 0

    @property
    def page(self) -> int:
        """How many rows there is room for."""
        return max(1, self.size.height - 1)

    def update(self, count: int, cursor: int) -> None:
        """Draw all again: other rows, another order, another cursor."""
        self.count, self.cursor = count, cursor
        self._keep_cursor_in_sight()
        self.refresh()

    def redraw(self, line: int) -> None:
        """Draw one row again, if it is on the screen."""
        y = line - self.top + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def line_at(self, y: int) -> Line:
        """The header on top, rows below it, nothing below the last one."""
        if y == 0:
            return self._header()
        if self.count == 0 and y == 1:
            return self._empty()
        line = self.top + y - 1
        return self._row(line) if line < self.count else NOTHING

    def is_marked(self, y: int) -> bool:
        """Whether the cursor is here."""
        return y > 0 and self.top + y - 1 == self.cursor

    def on_resize(self) -> None:
        """Another size has room for other rows: what was drawn before it was known is wrong."""
        self._keep_cursor_in_sight()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell who decides where the cursor goes."""
        line = self.top + event.y - 1
        if event.y > 0 and line < self.count:
            self.post_message(self.Clicked(line))

    def on_mouse_scroll_down(self) -> None:
        """Look further down; the cursor comes along at the edge."""
        self.post_message(self.Clicked(min(self.count - 1, self.cursor + _WHEEL)))

    def on_mouse_scroll_up(self) -> None:
        """Look further up; the cursor comes along at the edge."""
        self.post_message(self.Clicked(max(0, self.cursor - _WHEEL)))

    def _keep_cursor_in_sight(self) -> None:
        if self.cursor < self.top:
            self.top = max(0, self.cursor)
        elif self.cursor >= self.top + self.page:
            self.top = self.cursor - self.page + 1
        self.top = max(0, min(self.top, self.count - self.page))
