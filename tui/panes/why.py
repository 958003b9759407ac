"""The chain of causes: why is this run where it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import causes
from kubectl_kubestash.views.cells import one_line
from kubectl_kubestash.views.signs import STATES

from ..lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.views.causes import Cause

    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """Each cause below what it has caused."""
    events = subject.events or ()
    if subject.is_backup:
        chain = causes.of_backup(subject.session, subject.snapshots, events, subject.now)
    else:
        chain = causes.of_restore(subject.session, events, subject.now)
    shown = [found for cause in chain for found in _cause(cause)]
    if len(chain) == 1:
        shown.append(line("   nothing is known to be wrong", "dim"))
    return shown


def _cause(cause: Cause) -> Iterator[Line]:
    sign = STATES[cause.state]
    branch = "   " * (cause.depth - 1) + "└─ " if cause.depth else ""
    yield (
        Piece(branch, "dim"),
        Piece(f"{sign.pretty} {one_line(cause.text)}", sign.color if cause.depth == 0 else ""),
    )
    for said in cause.lines:
        yield line(f"{'   ' * cause.depth}     {said}", "red" if cause.state == "failed" else "")
