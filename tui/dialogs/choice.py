"""One of several, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from ..lines import NOTHING, Piece, line, title
from ..widgets.bar import Bar
from ..widgets.line_view import LineView
from ..widgets.live_table import LiveTable
from ..wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from ..lines import Line


_WIDTH, _PERCENT = 90, 90
"""How wide it is at most, and how much of the height of the terminal it takes, as below."""
_SIDES, _FRAME = 4, 3
"""Columns of the border and around the text; lines of the border and of the keys."""
_FEWEST = 3
"""Lines: the options are useless without one above or below."""


class Choice(ModalScreen[str]):
    """Asks; the answer is one of the options, or empty when there was none.

    The first option is under the cursor: put the harmless one there.
    """

    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice Vertical { width: 100%; max-width: 90; height: auto; max-height: 90%; }
    Choice Vertical { border: round grey; padding: 0 1; }
    """
    BINDINGS: ClassVar = [
        Binding("down,j,right,tab", "move(1)"),
        Binding("up,k,left,shift+tab", "move(-1)"),
        Binding("pagedown,ctrl+d", "page(1)"),
        Binding("pageup,ctrl+u", "page(-1)"),
        Binding("home,g", "move(-1000000)"),
        Binding("end,G", "move(1000000)"),
        Binding("enter", "choose"),
        Binding("escape,q,ctrl+c", "leave"),
    ]

    def __init__(self, question: str, options: Sequence[str], said: Sequence[Line] = ()) -> None:
        super().__init__()
        self._options = options
        self._said = [title(question), *said]
        self._text = LineView(self._said)
        self._table = LiveTable(lambda: NOTHING, self._option)
        self._keys = Bar()

    def compose(self) -> ComposeResult:
        """The question, what there is to say about it, the options, what to press."""
        with Vertical():
            yield from (self._text, self._table, self._keys)

    def on_mount(self) -> None:
        """The cursor is on the first option."""
        self._choose(0)

    def on_resize(self) -> None:
        """As high as they need, and the options as high as there is room for."""
        text = len(wrapped(self._said, min(_WIDTH, self.size.width) - _SIDES))
        room = self.size.height * _PERCENT // 100 - _FRAME - text
        self._text.styles.height = text
        self._table.styles.height = max(_FEWEST, min(len(self._options) + 1, room))

    def action_move(self, by: int) -> None:
        """The next option, or the one before."""
        self._choose(max(0, min(len(self._options) - 1, self._table.cursor + by)))

    def action_page(self, by: int) -> None:
        """A page of options down, or up."""
        self.action_move(by * self._table.page)

    def action_choose(self) -> None:
        """This one."""
        self._answer(self._options[self._table.cursor])

    def action_leave(self) -> None:
        """None of them."""
        self._answer("")

    def on_live_table_clicked(self, event: LiveTable.Clicked) -> None:
        """A click chooses the line, Enter takes it."""
        self._choose(event.line)

    def _choose(self, number: int) -> None:
        place = f"   {number + 1}/{len(self._options)}"
        self._table.update(len(self._options), number)
        self._keys.show(line(f"Enter takes it, Esc leaves all as it is{place}", "dim"))

    def _answer(self, answer: str) -> None:
        """Once: a key pressed twice comes again while this goes."""
        if self.is_current:
            self.dismiss(answer)

    def _option(self, number: int) -> Line:
        return (Piece(f"  {self._options[number]} "),)
