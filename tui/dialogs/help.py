"""The keys, from the list that binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from ..keys import active
from ..lines import NOTHING, Piece, line, title
from ..widgets.bar import Bar
from ..widgets.line_view import LineView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ..lines import Line


def lines(*, is_readonly: bool) -> list[Line]:
    """Each key with what it does, by section."""
    shown: list[Line] = []
    known = active(is_readonly=is_readonly)
    for section in dict.fromkeys(key.section for key in known):
        shown += [NOTHING, title(section)] if shown else [title(section)]
        shown += [
            (Piece(f"  {key.shown:<10}", "cyan"), Piece(key.help))
            for key in known
            if key.section == section
        ]
    return shown


class Help(ModalScreen[None]):
    """Any key that leaves leaves."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help Vertical { width: 70; max-width: 100%; height: 90%; border: round grey; padding: 0 1; }
    """
    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,f1,enter,ctrl+c", "leave"),
        Binding("down,j", "scroll_by(1)"),
        Binding("up,k", "scroll_by(-1)"),
        Binding("pagedown,ctrl+d,space", "page(1)"),
        Binding("pageup,ctrl+u", "page(-1)"),
        Binding("home,g", "scroll_by(-1000000)"),
        Binding("end,G", "scroll_by(1000000)"),
    ]

    def __init__(self, *, is_readonly: bool) -> None:
        super().__init__()
        self.view = LineView(lines(is_readonly=is_readonly))
        self._foot = Bar()

    def compose(self) -> ComposeResult:
        """The lines, and how to see the rest of them."""
        with Vertical():
            yield from (self.view, self._foot)

    def on_resize(self) -> None:
        """Another size has room for more or fewer of them."""
        self.call_after_refresh(self._count)

    def on_line_view_scrolled(self) -> None:
        """Fewer are left below, or more."""
        self._count()

    def action_scroll_by(self, by: int) -> None:
        """A line down, or up."""
        self.view.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """A page down, or up."""
        self.view.scroll_lines(by * max(1, self.view.size.height))

    def _count(self) -> None:
        below = self.view.lines_below
        more = f"{below} more below: j, PgDn; " if below else ""
        self._foot.show(line(f"{more}Esc leaves", "dim"))

    def action_leave(self) -> None:
        """Back."""
        if self.is_current:
            self.dismiss(None)
