"""Watches the command lines of this machine: everybody on it can read them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from . import victims

if TYPE_CHECKING:
    from collections.abc import Sequence


class Listener:
    """Remembers command lines in which one of these secrets was seen."""

    def __init__(self, values: Sequence[str]) -> None:
        self.heard: set[str] = set()
        self._values = values
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._stop.wait(0.3):
            for line in victims.command_lines():
                if any(value in line for value in self._values):
                    self.heard.add(line)

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()
