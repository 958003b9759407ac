"""The program: one Textual application with one screen."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING, ClassVar

from textual.app import App

from .screens.sessions import SessionsScreen
from .widgets.canvas import Canvas

if TYPE_CHECKING:
    from textual.screen import Screen

    from .options import Options
    from .source import Source

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Monitor(App[None]):
    """Follows sessions live."""

    TITLE = "kubestash"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = []

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__(ansi_color=True)  # the terminal's own colours, dark or light
        self._source, self._options = source, options
        Canvas.is_plain = options.is_plain
        self.sessions = SessionsScreen(source, options)

    def get_default_screen(self) -> Screen[None]:
        """The first thing to see."""
        return self.sessions

    def on_mount(self) -> None:
        """Asked to end, it leaves the terminal as it was."""
        threading.excepthook = self._thread_has_died
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end, number)

    def on_unmount(self) -> None:
        """Signals mean again what they meant."""
        threading.excepthook = threading.__excepthook__
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    @property
    def crash(self) -> Exception | None:
        """What it died of: a bug."""
        return self._exception

    def _fatal_error(self) -> None:
        """End without a word: Textual would print a traceback with all that was in memory."""
        self._close_messages_no_wait()

    def _thread_has_died(self, of: threading.ExceptHookArgs) -> None:
        """A bug in the background ends the program, too: nothing would ever come of that work."""
        if of.exc_value is not None:
            self.call_later(self._raise, of.exc_value)

    def _raise(self, error: BaseException) -> None:
        raise error

    def _end(self, number: int) -> None:
        self.exit(return_code=128 + number)
