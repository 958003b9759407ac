"""What a terminal shows, as SVG: https://www.w3.org/TR/SVG2/text.html.

The text stays text: it can be searched, copied and scaled, and a picture takes a few kilobytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.segment import Segment
    from rich.style import Style

WIDE, HIGH = 8.4, 18
"""Pixels of a character."""
EDGE, TITLE = 14, 30
_PAPER, _INK = "#1b1f27", "#d5dae3"
_COLORS = {
    0: "#3b4252", 1: "#f07178", 2: "#8fce6b", 3: "#e6c265", 4: "#7aa7f0", 5: "#c792ea",
    6: "#67c9d6", 7: "#d5dae3", 8: "#7b8496",
}  # fmt: skip
_STYLE = (
    "text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
    f"fill:{_INK};white-space:pre}}.b{{font-weight:bold}}.d{{opacity:.6}}"
    f".r{{fill:{_PAPER}}}.t{{fill:#7b8496;text-anchor:middle}}"
    + "".join(f".c{number}{{fill:{color}}}" for number, color in _COLORS.items())
)
_CONSOLE = Console(color_system="truecolor", force_terminal=True, width=1000)


def picture(screen: str, title: str, *, columns: int) -> str:
    """One screen, as `tmux capture-pane -e` prints it."""
    lines = lines_svg(screen)
    body = "".join(
        f'<g transform="translate(0,{n * HIGH})">{line}</g>' for n, line in enumerate(lines) if line
    )
    return frame(body, title, columns=columns, lines=len(lines))


def frame(body: str, title: str, *, columns: int, lines: int, style: str = "") -> str:
    """A window of this size around what is drawn from its upper left corner on."""
    wide, high = columns * WIDE + 2 * EDGE, lines * HIGH + TITLE + EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high}" width="{wide:g}">'
        f"<style>{_STYLE}{style}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{_PAPER}"/>'
        f'<text class="t" x="{wide / 2:g}" y="20">{escape(title)}</text>'
        f'<svg x="{EDGE}" y="{TITLE}" width="{columns * WIDE:g}" height="{lines * HIGH}">'
        f"{body}</svg></svg>\n"
    )


def lines_svg(screen: str) -> list[str]:
    """Each line with its colours, in a coordinate system of its own.

    All of them at once, because a colour goes on until another one is set, on the next line, too.
    """
    decoded = AnsiDecoder().decode(screen.rstrip("\n"))
    return ["".join(_parts(line.render(_CONSOLE))) for line in decoded]


def _parts(segments: Iterable[Segment]) -> Iterator[str]:
    column = 0
    for segment in segments:
        text, style = segment.text.rstrip("\n"), segment.style
        width = cell_len(text)
        x = f"{column * WIDE:g}"
        if style is not None and style.reverse:
            yield f'<rect x="{x}" width="{width * WIDE:g}" height="{HIGH}" fill="{_INK}"/>'
        if text.strip():
            name = _classes(style)
            yield (
                f'<text x="{x}" y="14"{name} textLength="{width * WIDE:g}" '
                f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(text)}</text>'
            )
        column += width


def _classes(style: Style | None) -> str:
    if style is None:
        return ""
    names = [name for name, is_on in (("b", style.bold), ("d", style.dim)) if is_on]
    if style.reverse:
        names.append("r")
    elif style.color is not None and style.color.number is not None:
        number = style.color.number
        names.append(f"c{number if number in _COLORS else number - 8}")
    return f' class="{" ".join(names)}"' if names else ""
