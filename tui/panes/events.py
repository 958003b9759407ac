"""What the cluster has said about a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import description

from ..lines import line, table

if TYPE_CHECKING:
    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """The latest events, oldest first."""
    if subject.problem:
        return [line(subject.problem, "red")]
    if subject.events is None:
        return [line("reading …", "dim")]
    section = description.events(subject.events, subject.now)
    return table(section.columns, section.rows) if section else [line("no events", "dim")]
