"""What a description is made of: fields, a table, or lines, under a title."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """One part of a description. Shows whichever of its parts are not empty, in this order."""

    title: str = ""
    """Empty for the first section, which needs none."""

    fields: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.rows or self.lines or self.steps)


class Step(NamedTuple):
    """One step of a run."""

    state: str
    """`done`, `failed`, `running`, `waiting` or `skipped`."""

    title: str
    took: str = ""
    detail: str = ""
    percent: float | None = None
    """How far a running step is, 0 to 100."""


def present(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Only those fields that have a value."""
    return tuple((label, value) for label, value in pairs if value)
