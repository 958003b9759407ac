"""PostgreSQL's own programs, and a server that they fit.

Each gets an environment of its own from `env -i`, so that it never sees what restic is told, and
finds its password in a file: https://www.postgresql.org/docs/current/libpq-pgpass.html.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Interrupted, ToolError, Unsupported
from ..resolve.postgres_arguments import DUMP_PROGRAMS
from ..resolve.postgres_connection import SYSTEM_AUTHORITIES
from .command import Command
from .process import Limits, Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..resolve.postgres_connection import Connection
    from .opening import Toolbox

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs, a directory for each major version."""

ANY_DATABASE = "postgres"
"""Where to connect when no database is meant: every server has it for that purpose."""

_PASSED = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
_ATTEMPT = 30.0
_PAUSE = 1.0

_ERROR = re.compile(r"\b(error|ERROR|fatal|FATAL|Fatal):")

_PASSING = (
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "could not translate host name",
    "No route to host",
    "Network is unreachable",
    "timeout expired",
    "server closed the connection unexpectedly",
    "the database system is",
    "too many clients",
    "remaining connection slots",
)
"""What a database says that will be ready in a moment; all else is final."""


@dataclass
class Postgres:
    """One server as its client programs reach it."""

    toolbox: Toolbox
    connection: Connection
    installed: Path = INSTALLED
    major: int = 0
    """Of the server; known once it is ready."""

    _files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.toolbox.supervisor.redactor.learn(self.connection.secrets)

    def command(self, program: str, *arguments: str, database: str = "") -> tuple[str, ...]:
        """The argv of one of the programs, on this server; all but its arguments is in `env`."""
        known = {**self._environment(), **({"PGDATABASE": database} if database else {})}
        settings = (f"{name}={value}" for name, value in sorted(known.items()))
        return ("env", "-i", *settings, self._path(program), *arguments)

    def run_as(self, argv: Sequence[str]) -> Command:
        """Such an argv as a command that we start ourselves."""
        path = self.toolbox.surroundings.inherited.get("PATH", "")
        return Command(tuple(argv), {"PATH": path})

    def wait_until_ready(
        self, *, database: str, seconds: float, narrate: Callable[[str], None]
    ) -> None:
        """Return when the server answers. Raises ToolError when it refuses us, or stays away."""
        end = time.monotonic() + seconds
        told = False
        while True:
            try:
                self.major = self._ask_version(database)
            except Interrupted:
                raise
            except ToolError as failure:
                passing = any(words in failure.last_lines for words in _PASSING)
                if not passing or time.monotonic() + _PAUSE > end:
                    raise
                if not told:
                    narrate(f"Waiting for the database: {last_words([failure.last_lines])}")
                    told = True
                self.toolbox.supervisor.stop.wait(_PAUSE)
            else:
                return

    def _ask_version(self, database: str) -> int:
        """The server's major version. Raises ToolError."""
        lines: list[str] = []
        ask = ("-XAtw", "-c", "SHOW server_version_num")
        finished = self.toolbox.supervisor.run(
            self.run_as(self.command("psql", *ask, database=database)),
            limits=Limits(total=_ATTEMPT, grace=2.0),
            listener=Listener(stdout=lines.append),
        )
        if finished.exit_code == 0 and lines and lines[0].isdigit():
            return int(lines[0]) // 10_000
        said = last_words(finished.stderr.splitlines()) or "the database said nothing"
        message = f"{self.connection.where}: {said}"
        raise ToolError(message, exit_code=finished.exit_code, last_lines=said)

    def _path(self, program: str) -> str:
        """The newest; of those that dump, the oldest that is not older than the server.

        pg_dump refuses a newer server; https://www.postgresql.org/docs/current/app-pgdump.html.
        Where Debian's directories are not, the one in PATH has to judge for itself.
        """
        there = sorted(
            (int(folder.name), folder / "bin" / program)
            for folder in self.installed.glob("*")
            if folder.name.isdigit() and (folder / "bin" / program).exists()
        )
        if not there:
            return program
        if program not in DUMP_PROGRAMS:
            return str(there[-1][1])
        fitting = [path for major, path in there if major >= self.major]
        if not fitting:
            raise Unsupported(
                f"{self.connection.where}: the server is PostgreSQL {self.major}, but the newest "
                f"{program} of this image is {there[-1][0]}.",
                "Name an image with newer programs in the Function: see docs/postgresql.md.",
            )
        return str(fitting[0])

    def _environment(self) -> Mapping[str, str]:
        if not self._files:
            self._files = self._written()
        inherited = self.toolbox.surroundings.inherited
        passed = {name: inherited[name] for name in _PASSED if name in inherited}
        given = dict(self.connection.environment)
        if self.connection.server_name:
            # libpq checks the certificate against the host, and connects to the address.
            given["PGHOSTADDR"] = _number(given["PGHOST"])
            given["PGHOST"] = self.connection.server_name
        return {
            "PGCONNECT_TIMEOUT": "10",
            "PGAPPNAME": "kubestash",
            "LC_ALL": "C",
            **passed,
            **given,
            **self._files,
        }

    def _written(self) -> dict[str, str]:
        """The files with secrets; variable → path."""
        workspace = self.toolbox.workspace
        found = {"HOME": str(workspace.root), "PGPASSFILE": str(workspace.root / "no-pgpass")}
        if self.connection.pgpass:
            found["PGPASSFILE"] = str(workspace.secret_file("pgpass", self.connection.pgpass))
        for variable, content in self.connection.certificates.items():
            name = variable.removeprefix("PGSSL").lower() + ".pem"
            path = str(workspace.secret_file(name, content)) if content else SYSTEM_AUTHORITIES
            found[variable] = path
        return found


def _number(host: str) -> str:
    """The IP address of a host name. Raises ToolError."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        message = f"could not translate host name {host!r} to an address: {error}"
        raise ToolError(message, exit_code=0, last_lines=message) from None


def last_words(lines: Sequence[str]) -> str:
    """The last error in what a program said, or else the end of it; on one line."""
    worst = [number for number, line in enumerate(lines) if _ERROR.search(line)]
    told = lines[worst[-1] :][:3] if worst else lines[-5:]
    return " | ".join(re.sub(r"\s+", " ", line).strip() for line in told if line.strip())
