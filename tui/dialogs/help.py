"""The keys, from the list that binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from ..keys import active
from ..lines import NOTHING, Piece, title
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
    ]

    def __init__(self, *, is_readonly: bool) -> None:
        super().__init__()
        self.view = LineView(lines(is_readonly=is_readonly))

    def compose(self) -> ComposeResult:
        """Only the lines."""
        with Vertical():
            yield self.view

    def action_scroll_by(self, by: int) -> None:
        """A line down, or up."""
        self.view.scroll_lines(by)

    def action_leave(self) -> None:
        """Back."""
        if self.is_current:
            self.dismiss(None)
