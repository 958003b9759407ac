"""Tables of runs: BackupSessions and RestoreSessions with progress, size and reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..api.resources import BACKUP_SESSION, RESTORE_SESSION, SNAPSHOT
from . import diagnostics, output, style
from .tables import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .selection import Selection
    from .settings import Settings


def backup_sessions(settings: Settings, selection: Selection, *, headers: bool = True) -> bool:
    """Every BackupSession that was selected, newest last; whether there is any."""
    from ..views import backup_session, run  # noqa: PLC0415 - plain tables do not need it

    client, scope, now = settings.client, settings.scope, datetime.now(UTC)
    found = selection.apply(client.list(BACKUP_SESSION, scope, labels=selection.labels))
    if not found:
        return False
    stored = backup_session.by_session(client.list(SNAPSHOT, scope))
    ordered = found if selection.sort_by else run.newest_last(found)
    rows = []
    for item in ordered:
        space = item["metadata"]["namespace"]
        mine = stored.get(item["metadata"]["name"], [])
        here = [one for one in mine if one["metadata"]["namespace"] == space]
        rows.append((space, *backup_session.row(item, here, now)))
    _show(settings, ("NAMESPACE", *backup_session.COLUMNS), rows, headers=headers)
    return True


def restore_sessions(settings: Settings, selection: Selection, *, headers: bool = True) -> bool:
    """Every RestoreSession that was selected, newest last; whether there is any."""
    from ..views import restore_session, run  # noqa: PLC0415 - as above

    found = settings.client.list(RESTORE_SESSION, settings.scope, labels=selection.labels)
    found = selection.apply(found)
    if not found:
        return False
    now = datetime.now(UTC)
    ordered = found if selection.sort_by else run.newest_last(found)
    rows = [(item["metadata"]["namespace"], *restore_session.row(item, now)) for item in ordered]
    _show(settings, ("NAMESPACE", *restore_session.COLUMNS), rows, headers=headers)
    return True


def nothing(settings: Settings, *, namespaced: bool = True) -> None:
    """Say that there is nothing: on stderr, so that a script reads an empty answer."""
    if not settings.quiet:
        diagnostics.nothing_found(settings.scope if namespaced else "")


def _show(
    settings: Settings, columns: Sequence[str], rows: Sequence[tuple[str, ...]], *, headers: bool
) -> None:
    start = 0 if settings.all_namespaces else 1
    look = style.of_stdout(settings)
    table = [row[start:] for row in ([columns, *rows] if headers else rows)]
    for line in lines(table):
        output.line(look.phases(line))
