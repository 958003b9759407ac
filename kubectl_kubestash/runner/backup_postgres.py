"""`kubestash-runner backup-postgres`: what pg_dump or pg_dumpall prints, into the repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..resolve.postgres_arguments import dump_arguments
from .database import read_postgres
from .postgres import ANY_DATABASE, INSTALLED, Postgres
from .stream import Dump, store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..api.resources import ObjectKey
    from ..api.storage.snapshot import Snapshot
    from .content import Shelf
    from .opening import Toolbox
    from .output import Problem

FILE = "dumpfile.sql"
"""What a dump is called in the repository."""

DEFAULT_WAIT = 300.0


@dataclass(frozen=True)
class PostgresOptions:
    """The command line of this task and of `restore-postgres`."""

    key: ObjectKey
    """The BackupSession or RestoreSession."""

    arguments: str = ""
    user: str = ""
    wait: float = DEFAULT_WAIT
    """Seconds to wait for the database to be ready."""

    command: str = ""
    """Which program makes the dump."""


@dataclass
class PostgresDump:
    """The dump of a server or of one database, as the content of a backup."""

    toolbox: Toolbox
    options: PostgresOptions
    narrate: Callable[[str], None]
    installed: Path = INSTALLED
    _dump: Dump | None = field(default=None, init=False)

    def check(self, snapshot: Snapshot, /) -> None:
        """Wait for the database and see that it lets us in, once for all Repositories.

        Raises UsageError, Unsupported, ToolError.
        """
        if self._dump is not None:
            return
        program = self.options.command or "pg_dumpall"
        given = dump_arguments(program, self.options.arguments)
        found = read_postgres(
            self.toolbox.client,
            snapshot.spec.app_ref,
            home=self.options.key.namespace,
            user=self.options.user,
        )
        server = Postgres(self.toolbox, found, self.installed)
        database = given.database or found.database
        if program == "pg_dump" and not database:
            raise UsageError(
                "pg_dump needs to know which database to dump: name it in the parameter args."
            )
        asked = database or ANY_DATABASE
        server.wait_until_ready(database=asked, seconds=self.options.wait, narrate=self.narrate)
        # What is asked for by name and not there is an error, also when something else is there.
        strict = ("--strict-names",) if program == "pg_dump" else ()
        argv = server.command(program, "--no-password", *strict, *given.given, database=database)
        self._dump = Dump(argv, FILE, program)

    def store(self, shelf: Shelf) -> Sequence[Problem]:
        """Store the dump. Raises ToolError."""
        dump, started = self._dump, shelf.clock()
        assert dump is not None, "checked before"
        stored = store(
            shelf.repository,
            dump,
            host=shelf.host,
            tag=shelf.tag,
            on_progress=lambda progress: shelf.tell(dump.filename, progress),
        )
        for line in stored.said:
            self.narrate(line)
        shelf.put(dump.filename, stored.summary, started)
        return ()
