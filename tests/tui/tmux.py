"""A real terminal that a test can look at: tmux, with a server of its own.

https://man.openbsd.org/tmux
"""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from tests.cluster.needs import TERMINAL_PACKAGES, require_programs

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT = 90.0
"""Seconds that a machine that is busy may take."""


class Tmux:
    """One terminal of so many columns and lines, in which a script runs."""

    def __init__(
        self,
        folder: Path,
        script: str,
        *,
        size: tuple[int, int] = (100, 30),
        **environment: str,
    ) -> None:
        require_programs(TERMINAL_PACKAGES)
        self._socket = str(folder / "tmux")
        path = folder / "script.sh"
        path.write_text(script, encoding="utf-8")
        self._environment = {**os.environ, "LANG": "C.UTF-8", **environment}
        self._environment.pop("TMUX", None)
        room = ["-x", str(size[0]), "-y", str(size[1])]
        self._tmux("-f", "/dev/null", "-u", "new-session", "-d", *room, f"sh {path}")

    def keys(self, *names: str) -> None:
        """Press keys, as tmux names them."""
        self._tmux("send-keys", *names)

    def text(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p")

    def screen(self) -> str:
        """What is on the screen, with its colours."""
        return self._tmux("capture-pane", "-e", "-N", "-p")

    def flags(self) -> str:
        """Cursor seen, alternate screen on, mouse taken: `1 0 0` for a terminal as it should be."""
        return self._tmux(
            "display-message", "-p", "#{cursor_flag} #{alternate_on} #{mouse_any_flag}"
        )

    def until(self, *texts: str) -> None:
        """Wait until all of them are on the screen. Fails with the screen."""
        end = time.monotonic() + _LIMIT
        while not all(text in self.text() for text in texts):
            assert time.monotonic() < end, f"{texts} is not in:\n{self.text()}"
            time.sleep(0.1)

    def until_gone(self, text: str) -> None:
        """Wait until it is not on the screen any more. Fails with the screen."""
        end = time.monotonic() + _LIMIT
        while text in self.text():
            assert time.monotonic() < end, f"{text} is still in:\n{self.text()}"
            time.sleep(0.1)

    def close(self) -> None:
        """End it, with all that runs in it."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *words],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout
