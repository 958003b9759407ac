"""The steps of a run, from the times of its conditions: those of `describe` and `--follow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import backup_session, restore_session

from ..lines import NOTHING, line
from ..lines import steps as step_lines

if TYPE_CHECKING:
    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """One line for each step, what it waits for, and how it ended."""
    session, snapshots, now = subject.session, subject.snapshots, subject.now
    if subject.is_backup:
        found = backup_session.steps(session, snapshots)
        is_final = backup_session.is_final(session)
        result = backup_session.result_line(session, snapshots, now)
        stuck = backup_session.stuck(session)
    else:
        found, stuck = restore_session.steps(session), ""
        is_final = restore_session.is_final(session)
        result = restore_session.result_line(session, now)
    shown = step_lines(found)
    if stuck:
        shown += [NOTHING, line(stuck, "yellow")]
    if is_final:
        shown += [NOTHING, line(result)]
    elif not session.get("status"):
        shown += [NOTHING, line("no operator has looked at it yet", "yellow")]
    return shown
