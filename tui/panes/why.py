"""The chain of causes: why is this run where it is?"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from kubectl_kubestash.views import causes
from kubectl_kubestash.views.cells import one_line
from kubectl_kubestash.views.signs import STATES

from ..lines import NOTHING, Piece, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    shown = [
        found
        for place, cause in enumerate(chain)
        for found in _cause(cause, _branches(chain, place))
    ]
    if not any(cause.state in {"failed", "skipped"} for cause in chain):
        shown.append(line("   nothing is known to be wrong", "dim"))
    return [*shown, NOTHING, line(f"→ {_command(subject)}", "dim")]


def _command(subject: Subject) -> str:
    """What prints the same, to be pasted where others read it."""
    kind = "session" if subject.is_backup else "restore"
    key = subject.key
    return shlex.join(["kubectl", "kubestash", "describe", kind, key.name, "-n", key.namespace])


def _branches(chain: Sequence[Cause], place: int) -> list[bool]:
    """For each depth down to that of this cause: does another one of that depth follow?"""
    found = []
    for depth in range(1, chain[place].depth + 1):
        below = next((c for c in chain[place + 1 :] if c.depth <= depth), None)
        found.append(below is not None and below.depth == depth)
    return found


def _cause(cause: Cause, branches: list[bool]) -> Iterator[Line]:
    sign = STATES[cause.state]
    trunk = "".join("│  " if goes_on else "   " for goes_on in branches)
    branch = trunk[:-3] + ("├─ " if branches[-1] else "└─ ") if branches else ""
    is_bad = cause.depth == 0 or cause.state in {"failed", "skipped"}
    yield (
        Piece(branch, "dim"),
        Piece(f"{sign.pretty} {one_line(cause.text)}", sign.color if is_bad else ""),
    )
    for said in cause.lines:
        yield (Piece(f"{trunk}  ", "dim"), Piece(one_line(said)))
