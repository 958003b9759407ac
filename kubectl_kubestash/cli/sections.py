"""Sections and steps as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..views.cells import one_line, width
from .tables import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..views.section import Section, Step
    from .style import Style

_INDENT = "  "


def render(sections: Iterable[Section], style: Style) -> Iterator[str]:
    """The lines of a description; a blank line before each section that has a title."""
    for number, section in enumerate(sections):
        if number:
            yield ""
        indent = _INDENT if section.title else ""
        if section.title:
            yield style.paint(f"{section.title}:", "bold")
        for place, part in enumerate(_parts(section, style)):
            if place:
                yield ""
            for line in part:
                yield f"{indent}{line}"


def steps(found: Sequence[Step], style: Style) -> Iterator[str]:
    """One line for each step: sign, title, time, what there is to say."""
    titles = max((width(step.title) for step in found), default=0)
    times = max((width(step.took) for step in found), default=0)
    for step in found:
        bar = f"{style.bar(step.percent)}  " if step.percent is not None else ""
        line = (
            f"{style.glyph(step.state)} {step.title}{' ' * (titles - width(step.title))}"
            f"  {step.took:>{times}}  {bar}{one_line(step.detail)}"
        )
        yield line.rstrip()


def _parts(section: Section, style: Style) -> Iterator[Iterable[str]]:
    if section.fields:
        yield _fields(section.fields, style)
    if section.rows:
        yield (style.phases(line) for line in lines([section.columns, *section.rows]))
    if section.lines:
        yield section.lines
    if section.steps:
        yield steps(section.steps, style)


def _fields(fields: Sequence[tuple[str, str]], style: Style) -> Iterator[str]:
    labels = max(len(label) for label, _ in fields) + 1
    for label, value in fields:
        shown = style.phases(one_line(value)) if label == "Phase" else one_line(value)
        yield f"{label + ':' if label else '':<{labels}}  {style.ascii(shown)}"
