"""Sessions as rows: what is known of each at once, and the cells that are made when one is drawn.

Ten thousand rows are sorted and filtered by what is cheap to read; cells, with progress, sizes and
reasons, are made for those few that are on the screen. They are those of `backup list` and
`restore list`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import BACKUP_SESSION, RESTORE_SESSION
from kubectl_kubestash.views import backup_session, progress, restore_session, steps
from kubectl_kubestash.views.cells import one_line
from kubectl_kubestash.views.fields import NONE, text
from kubectl_kubestash.views.reasons import brief
from kubectl_kubestash.views.run import FINAL
from kubectl_kubestash.views.run import phase as phase_of

from .columns import NOW
from .session_row import Row, SessionKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from .source import Object

BACKUP, RESTORE = BACKUP_SESSION.kind, RESTORE_SESSION.kind
_FAULTS = {"Failed", "Invalid", "Unknown"}


def key_of(session: Object) -> SessionKey:
    """How a session is found again."""
    metadata = session["metadata"]
    return SessionKey(session["kind"], metadata.get("namespace") or "", metadata["name"])


def row(key: SessionKey, session: Object) -> Row:
    """What is known of a session without its Snapshots."""
    phase = phase_of(session)
    is_backup = key.kind == BACKUP
    return Row(
        key,
        what=_of_backup(session) if is_backup else _of_restore(session),
        phase=phase,
        created=text(session, "metadata", "creationTimestamp"),
        took=text(session, "status", "duration"),
        is_final=phase in FINAL,
        is_fault=phase in _FAULTS or (is_backup and bool(backup_session.stuck(session))),
    )


def cells(
    found: Row, session: Object, snapshots: Sequence[Object], now: datetime
) -> Mapping[str, str]:
    """The cells of a row by the names of their columns, without anything a terminal obeys."""
    if found.key.kind == BACKUP:
        row = backup_session.row(session, snapshots, now)
        values = dict(zip(backup_session.COLUMNS, row, strict=True))
    else:
        values = dict(zip(restore_session.COLUMNS, restore_session.row(session, now), strict=True))
        values["SIZE"] = NONE
    happens = brief(values["REASON"]) or _progress(values["PROGRESS"])
    if not happens and found.phase == "Running":
        happens = _step(found, session, snapshots)
    values |= {"NAMESPACE": found.key.namespace, "WHAT": found.what, NOW: happens}
    return {name: one_line(value) for name, value in values.items()}


def _of_backup(session: Object) -> str:
    spec = session.get("spec")
    return f"{text(spec, 'invoker', 'name') or NONE}/{text(spec, 'session') or NONE}"


def _of_restore(session: Object) -> str:
    return f"restore → {text(session, 'spec', 'target', 'name') or NONE}"


def _progress(shown: str) -> str:
    percent, _, left = shown.partition("% ")
    if not percent.rstrip("%").isdigit():
        return shown
    percent = percent.rstrip("%")
    return f"{progress.bar(float(percent))} {percent:>3}%  {left and f'ETA {left}'}".rstrip()


def _step(found: Row, session: Object, snapshots: Sequence[Object]) -> str:
    if found.key.kind == BACKUP:
        return steps.current(backup_session.steps(session, snapshots))
    return steps.current(restore_session.steps(session))
