"""Does a task that dumps or restores a database get arguments that it can be given?

The runner asks the same before it starts; here it is told before a session runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import UsageError
from ..findings import Finding
from ..postgres_arguments import DUMP_PROGRAMS, dump_arguments, restore_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...api.addons.function import Function
    from ..task_findings import TaskInputs

BACKUP_POSTGRES, RESTORE_POSTGRES = "backup-postgres", "restore-postgres"


def is_for_database(function: Function | None) -> bool:
    """Whether the Function runs a task of ours that needs an AppBinding."""
    first = function.spec.args[:1] if function is not None else ()
    return tuple(first) in {(BACKUP_POSTGRES,), (RESTORE_POSTGRES,)}


def argument_findings(asked: TaskInputs, args: Sequence[str]) -> Iterator[Finding]:
    """Objections to what the container's command line hands to a program of PostgreSQL."""
    flags = dict(arg.split("=", 1) for arg in args if arg.startswith("--") and "=" in arg)
    given, field = flags.get("--pg-args", ""), asked.path("params")
    try:
        if args[:1] == [BACKUP_POSTGRES]:
            dump_arguments(flags.get("--backup-cmd") or DUMP_PROGRAMS[0], given)
        elif args[:1] == [RESTORE_POSTGRES]:
            _restore(given)
    except UsageError as error:
        yield Finding("InvalidParameter", f"{asked.about(field)}: {error.message}", field)
    if not (flags.get("--wait-timeout") or "0").isdigit():
        where = asked.path("params.waitTimeout")
        message = f"{asked.about(where)}: waitTimeout must be a number of seconds."
        yield Finding("InvalidParameter", message, where)


def _restore(given: str) -> None:
    """Raises UsageError when neither of the programs can take it: the dump decides which it is."""
    try:
        restore_arguments("psql", given)
    except UsageError as error:
        try:
            restore_arguments("pg_restore", given)
        except UsageError:
            raise error from None
