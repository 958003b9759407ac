"""Glyphs and colours. Colour is never the only sign: each state has a glyph and a word, too."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from ..views.signs import PHASE_COLORS, STATES

if TYPE_CHECKING:
    from .settings import Settings

_CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}
_PHASE = re.compile(rf"\b({'|'.join(sorted(PHASE_COLORS, key=len, reverse=True))})\b")


class Style(NamedTuple):
    """How to draw on one stream."""

    color: bool = False
    unicode: bool = True

    def paint(self, text: str, color: str) -> str:
        """The text in a colour, where colour is wanted."""
        return f"\x1b[{_CODES[color]}m{text}\x1b[0m" if self.color and text else text

    def glyph(self, state: str) -> str:
        """The sign of a step's state."""
        pretty, plain, color = STATES[state]
        return self.paint(pretty if self.unicode else plain, color)

    def phases(self, line: str) -> str:
        """The line with the names of phases in their colours."""
        if not self.color:
            return line
        return _PHASE.sub(lambda match: self.paint(match[1], PHASE_COLORS[match[1]]), line)

    def ascii(self, text: str) -> str:
        """The text as this terminal can show it."""
        return text if self.unicode else text.replace(" · ", ", ").replace("…", "...")

    def bar(self, percent: float, width: int = 10) -> str:
        """A bar that is as full as the percentage."""
        full, empty = ("▓", "░") if self.unicode else ("#", "-")
        filled = round(max(0.0, min(percent, 100.0)) * width / 100)
        return full * filled + empty * (width - filled)


def of_stdout(settings: Settings) -> Style:
    """How to draw on stdout."""
    return Style(settings.colorful(terminal=sys.stdout.isatty()), settings.unicode)


def of_stderr(settings: Settings) -> Style:
    """How to draw on stderr."""
    return Style(settings.colorful(terminal=sys.stderr.isatty()), settings.unicode)
