"""`kubestash-runner restore-postgres`: a dump from the repository into psql or pg_restore."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import Interrupted, ToolError, UsageError
from ..resolve.postgres_arguments import restore_arguments
from .command import error_for
from .database import read_postgres, restore_target
from .output import Progress
from .postgres import ANY_DATABASE, INSTALLED, Postgres, last_words
from .pour import Flow, Pour
from .psql_script import Script, is_archive, is_of_server
from .status import restore_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..api.storage.restic_stats import ResticSummary
    from .backup_postgres import PostgresOptions
    from .command import Command
    from .guarded import GuardedRepository
    from .opening import Toolbox
    from .pour import Poured
    from .status import ComponentReport

_HINTS: Mapping[tuple[str, ...], str] = {
    ("already exists", "42P07", "42P04", "42P06", "42710", "23505"): (
        "The target has it already: drop it there first, or let the backup's args say "
        "--clean --if-exists."
    ),
    ("28P01", "password authentication failed"): (
        "A dump of all databases carries the roles' passwords too: let the backup's args say "
        "--no-role-passwords."
    ),
}
"""Words of psql → what to do."""


@dataclass
class PostgresTarget:
    """A server that a dump is restored to."""

    toolbox: Toolbox
    options: PostgresOptions
    snapshot: str
    narrate: Callable[[str], None]
    installed: Path = INSTALLED
    _script: Script = field(init=False)

    def bring_back(
        self, repository: GuardedRepository, summary: ResticSummary, report: ComponentReport
    ) -> tuple[int, int]:
        """Restore one dump; how many files and bytes that was. Raises KubeStashError."""
        if summary.host_path.startswith("/"):
            raise UsageError(
                f"Snapshot {self.snapshot} holds {summary.host_path}, which is no dump."
            )
        server = self._server()
        pour = Pour(
            self.toolbox.supervisor,
            stall=self.toolbox.surroundings.limits.stall,
            grace=self.toolbox.surroundings.limits.grace,
        )
        said: list[str] = []
        total, started = summary.bytes or 0, time.monotonic()
        self._script = Script(False, pour.abort.set)

        def tell(moved: int) -> None:
            seconds = int(time.monotonic() - started)
            share = moved / total if total else 0.0
            figures = Progress(seconds, share, 1, 0, total, moved)
            report.progress({"progress": restore_figures(figures)})

        poured = pour.run(
            repository.restic.output(summary.id, summary.host_path),
            lambda beginning: self._chosen(server, beginning, pour),
            hear_source=said.append,
            hear_sink=self._hear,
            on_progress=tell,
        )
        self._check(repository, poured, said)
        _compare(poured.moved, summary.bytes)
        for text in self._script.tolerated:
            self.narrate(f"Not an error here: {text}")
        self.narrate(f"Restored {summary.host_path}: {poured.moved} bytes.")
        return 1, poured.moved

    def _hear(self, line: str) -> None:
        self._script.hear(line)

    def _server(self) -> Postgres:
        options = self.options
        client, key = self.toolbox.client, options.key
        target = restore_target(client, key, self.snapshot)
        found = read_postgres(client, target, home=key.namespace, user=options.user)
        server = Postgres(self.toolbox, found, self.installed)
        server.wait_until_ready(
            database=found.database or ANY_DATABASE,
            seconds=options.wait,
            narrate=self.narrate,
        )
        return server

    def _chosen(
        self, server: Postgres, beginning: bytes, pour: Pour
    ) -> tuple[Command, Callable[[Flow, int], None]]:
        """The program for a dump that begins like this. Raises UsageError."""
        program = "pg_restore" if is_archive(beginning) else "psql"
        given = restore_arguments(program, self.options.arguments)
        of_server = is_of_server(beginning)
        if of_server and given.is_one_transaction:
            raise UsageError(
                "args: --single-transaction cannot be given for the dump of a server: it connects "
                "to one database after the other, and the transaction with the roles is lost."
            )
        database = (
            given.database or server.connection.database or (ANY_DATABASE if of_server else "")
        )
        if not database:
            raise UsageError(
                "The dump of one database must be told where to: name a database in the parameter "
                "args, such as --dbname=demo."
            )
        self.narrate(f"Restoring with {program}, database {database}.")
        script = self._script = Script(of_server, pour.abort.set)
        if program == "pg_restore":
            flags: tuple[str, ...] = (
                "--exit-on-error",
                "--strict-names",  # what is asked for by name and not there is an error
                "--no-password",
                f"--dbname={database}",
            )
            return server.run_as(server.command(program, *given.given, *flags)), Flow.rush
        flags = ("-X", "-q", "-w", "-o", "/dev/null", *script.flags, "-f", "-")
        argv = server.command(program, *given.given, *flags, database=database)
        return server.run_as(argv), script.hand_on

    def _check(self, repository: GuardedRepository, poured: Poured, said: list[str]) -> None:
        """Raises ToolError unless both have ended well."""
        script = self._script
        script.settle()
        if script.fatal:
            raise ToolError(f"psql reported an error: {script.fatal}", exit_code=3)
        if self.toolbox.supervisor.stop.is_set():
            raise Interrupted("The restore was asked to stop.", exit_code=-15)
        if poured.sink is not None and poured.sink.exit_code != 0:
            lines = last_words(script.said)
            raise ToolError(
                f"The restore failed with exit code {poured.sink.exit_code}: {lines}",
                *_hints(lines),
                exit_code=poured.sink.exit_code,
                last_lines=lines,
            )
        if poured.source is None or poured.source.exit_code != 0:
            code = poured.source.exit_code if poured.source else 0
            doing = f"restic dump ({repository.restic.repository.place})"
            raise error_for(code, doing, last_words(said))


def _compare(moved: int, recorded: int | None) -> None:
    """Raises ToolError for an empty dump, and for one that is not what was stored."""
    if moved == 0:
        raise ToolError("The dump in the repository is empty: nothing to restore.", exit_code=0)
    if recorded is not None and moved != recorded:
        message = f"The restore is not whole: {moved} of {recorded} bytes were handed over."
        raise ToolError(message, exit_code=0)


def _hints(lines: str) -> list[str]:
    found = [hint for words, hint in _HINTS.items() if any(word in lines for word in words)]
    return found[:1]
