"""Several screens, one after the other, as one SVG that plays by itself.

The screens stand below each other, and the window moves over them in steps, without a script, so
that it plays wherever a picture is shown: https://www.w3.org/TR/css-animations-1/. A line that
stands on many screens is kept once.
"""

from __future__ import annotations

from itertools import pairwise

from .terminal_svg import HIGH, frame, lines_svg

Frame = tuple[float, str]
"""When it was seen, in seconds, and what `tmux capture-pane -e` printed."""
LONGEST = 3.0
"""Seconds that a screen stays, however long it was there."""
_SHORTEST = 0.6
_LAST = 8.0
"""Seconds for the end of the story."""


def made(frames: list[Frame], title: str, *, columns: int, lines: int) -> str:
    """The film; it begins anew when it has ended."""
    screens = [lines_svg(screen)[:lines] for _, screen in frames]
    known = {line: f"l{number}" for number, line in enumerate(_lines(screens))}
    defined = "".join(f'<g id="{name}">{line}</g>' for line, name in known.items())
    shown = "".join(
        f'<use href="#{known[line]}" y="{(place * lines + row) * HIGH}"/>'
        for place, screen in enumerate(screens)
        for row, line in enumerate(screen)
        if line
    )
    body = f'<defs>{defined}</defs><g class="film">{shown}</g>'
    style = _animation(durations(frames), lines * HIGH)
    return frame(body, title, columns=columns, lines=lines, style=style)


def durations(frames: list[Frame]) -> list[float]:
    """How long each screen stays: as it was, but for long waits."""
    times = [seconds for seconds, _ in frames]
    lengths = [after - before for before, after in pairwise(times)]
    return [*(min(LONGEST, max(_SHORTEST, length)) for length in lengths), _LAST]


def _lines(screens: list[list[str]]) -> list[str]:
    return list(dict.fromkeys(line for screen in screens for line in screen if line))


def _animation(lengths: list[float], height: int) -> str:
    total, begin, steps = sum(lengths), 0.0, []
    for number, length in enumerate(lengths):
        steps.append(f"{100 * begin / total:.2f}%{{transform:translateY({-number * height}px)}}")
        begin += length
    return (
        f"@keyframes film{{{''.join(steps)}}}"
        f".film{{animation:film {total:.1f}s steps(1,end) infinite}}"
    )
