"""What became of the fields: as lines for people, as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ..resolve.convert.reading import LOST, NEEDLESS, REVIEW, Note
from ..resolve.wording import counted
from . import diagnostics
from .tables import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.convert.conversion import Converted
    from ..resolve.convert.manifests import Found


class Entry(NamedTuple):
    """A note, and where its field stands."""

    file: str
    line: int
    about: str
    note: Note
    is_of_stash: bool


def entries(objects: Sequence[tuple[str, Found]], results: Sequence[Converted]) -> list[Entry]:
    """All notes in the order of the input."""
    return [
        Entry(file, found.line(note.path), result.about, note, result.is_of_stash)
        for (file, found), result in zip(objects, results, strict=True)
        for note in result.notes
    ]


def json_text(told: Sequence[Entry]) -> str:
    """Everything, needless fields included."""
    shown = [
        {
            "file": one.file,
            "line": one.line,
            "object": one.about,
            "level": one.note.level,
            "field": one.note.path,
            "message": one.note.message,
        }
        for one in told
    ]
    return f"{json.dumps(shown, indent=4, ensure_ascii=False)}\n"


def table(told: Sequence[Entry], results: Sequence[Converted], *, quiet: bool) -> None:
    """What was lost and what is to be looked at, on stderr, and a line that counts."""
    shown = [one for one in told if one.note.level != NEEDLESS]
    rows = [(f"{one.file}:{one.line}", one.note.level, one.about, one.note.text) for one in shown]
    if rows:
        for text in lines([("PLACE", "LEVEL", "OBJECT", "MESSAGE"), *rows]):
            diagnostics.line(text)
    levels = [one.note.level for one in told if one.is_of_stash]
    others = sum(not result.is_of_stash for result in results)
    counts = f"{levels.count(LOST)} lost, {levels.count(REVIEW)} to review"
    counts += f", {levels.count(NEEDLESS)} needless"
    if others == len(results):
        counts = "nothing of Stash was found"
    counts += f"; {counted(others, 'object')} of others left alone" if others else ""
    diagnostics.note(counts, quiet=quiet)
