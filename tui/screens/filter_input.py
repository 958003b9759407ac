"""The line in which a filter is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widgets import Input

from .. import events as happened

if TYPE_CHECKING:
    from .sessions import SessionsScreen


class FilterInput(Input):
    """Each letter filters at once; Enter keeps the filter, Escape empties it."""

    BINDINGS: ClassVar = [Binding("escape", "empty", show=False)]

    def __init__(self, screen: SessionsScreen) -> None:
        super().__init__(screen.state.query, placeholder="filter", select_on_focus=False)
        self._sessions = screen

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed so far."""
        event.stop()
        self._sessions.send(happened.FilterTyped(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        self._close()

    def action_empty(self) -> None:
        """Show all again."""
        self._sessions.send(happened.FilterTyped(""))
        self._close()

    def _close(self) -> None:
        self._sessions.send(happened.FilterClosed())
        self.remove()
