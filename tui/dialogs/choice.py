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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from ..lines import Line


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
        """As high as they need."""
        self._text.styles.height = len(self._said)
        self._table.styles.height = len(self._options) + 1
        self._table.update(len(self._options), 0)
        self._keys.show(line("Enter takes it, Esc leaves all as it is", "dim"))

    def action_move(self, by: int) -> None:
        """The next option, or the one before."""
        cursor = max(0, min(len(self._options) - 1, self._table.cursor + by))
        self._table.update(len(self._options), cursor)

    def action_choose(self) -> None:
        """This one."""
        self._answer(self._options[self._table.cursor])

    def action_leave(self) -> None:
        """None of them."""
        self._answer("")

    def on_live_table_clicked(self, event: LiveTable.Clicked) -> None:
        """A click chooses the line, Enter takes it."""
        self._table.update(len(self._options), event.line)

    def _answer(self, answer: str) -> None:
        """Once: a key pressed twice comes again while this goes."""
        if self.is_current:
            self.dismiss(answer)

    def _option(self, number: int) -> Line:
        return (Piece(f"  {self._options[number]} "),)
