"""The steps of a run, from the times of its conditions: those of `describe` and `--follow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import backup_session, restore_session, run
from kubectl_kubestash.views.cells import one_line
from kubectl_kubestash.views.fields import at, created, text, time_of
from kubectl_kubestash.views.signs import PHASE_COLORS, STATES, state_of

from ..lines import NOTHING, Piece, line
from ..lines import steps as step_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """How it stands, one line for each step, what it waits for, and how it ended."""
    session, snapshots, now = subject.session, subject.snapshots, subject.now
    if subject.is_backup:
        found = backup_session.steps(session, snapshots)
        result = backup_session.result_line(session, snapshots, now)
        stuck = backup_session.stuck(session)
    else:
        found, stuck = restore_session.steps(session), ""
        result = restore_session.result_line(session, now)
    shown = [_head(subject), NOTHING, *step_lines(found)]
    if stuck:
        shown += [NOTHING, line(stuck, "yellow")]
    if run.is_final(session):
        shown += [NOTHING, line(result)]
    elif not session.get("status"):
        shown += [NOTHING, line("no operator has looked at it yet", "yellow")]
    return shown


def _head(subject: Subject) -> Line:
    phase = run.phase(subject.session)
    sign = STATES[state_of(phase)].pretty
    said = "   ".join(_facts(subject))
    return (
        Piece(f"{sign} {one_line(phase)}", PHASE_COLORS.get(phase, "")),
        Piece(f"   {one_line(said)}"),
    )


def _facts(subject: Subject) -> Iterator[str]:
    """When it was, and what it has left."""
    session, now = subject.session, subject.now
    if begun := created(session):
        yield f"begun {begun.astimezone():%a %H:%M:%S}"
    if at(session, "status"):
        yield f"{'took' if run.is_final(session) else 'for'} {run.duration(session, now)}"
    deadline = at(session, "status", "backupDeadline") or at(session, "status", "restoreDeadline")
    if not run.is_final(session) and (until := time_of(deadline)):
        yield f"deadline {until.astimezone():%a %H:%M:%S}"
    if text(session, "spec", "retryLeft") not in {"", "0"}:
        yield f"retries left {text(session, 'spec', 'retryLeft')}"
    if retry := time_of(at(session, "status", "nextRetry")):
        yield f"next retry {retry.astimezone():%a %H:%M:%S}"
