"""May these arguments be given to a program of PostgreSQL?

They are split as a shell would split them, but no shell sees them. Refused is what would send the
dump elsewhere, or what the AppBinding says already; the rest is the program's own business.
"""

from __future__ import annotations

import getopt
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

DUMP_PROGRAMS = ("pg_dumpall", "pg_dump")
"""What `backupCmd` may be."""

_BY_APP_BINDING = "the AppBinding says so"
_ELSEWHERE = "the dump goes to the repository, and nowhere else"
_NO_DUMP = "it makes no dump"

_REFUSED: Mapping[str, str] = {
    **dict.fromkeys(("-h", "--host", "-p", "--port", "-U", "--username"), _BY_APP_BINDING),
    **dict.fromkeys(("-W", "--password"), "nobody is there to type a password"),
    **dict.fromkeys(("-f", "--file"), _ELSEWHERE),
    **dict.fromkeys(("-?", "-V", "--help", "--version"), _NO_DUMP),
    **dict.fromkeys(("-j", "--jobs"), "a stream is written and read by one"),
    "--filter": "there is no such file in the Job",
    "--binary-upgrade": "such a dump is for pg_upgrade alone",
}

_COMMON = (
    "data-only clean encoding= file= host= no-owner port= schema-only superuser= username= verbose "
    "no-password password no-privileges no-acl attribute-inserts binary-upgrade column-inserts "
    "disable-dollar-quoting disable-triggers extra-float-digits= if-exists inserts "
    "lock-wait-timeout= no-table-access-method no-tablespaces quote-all-identifiers "
    "load-via-partition-root role= use-set-session-authorization no-comments no-publications "
    "no-security-labels no-subscriptions no-sync no-toast-compression no-unlogged-table-data "
    "on-conflict-do-nothing rows-per-insert= filter= no-data no-schema no-statistics no-policies "
    "statistics statistics-only sequence-data restrict-key= help version"
)
_OPTIONS: Mapping[str, tuple[str, str]] = {
    "pg_dumpall": (
        "acd:E:f:gh:l:oOp:rsS:tU:vwWxV?",
        (
            f"{_COMMON} globals-only dbname= database= roles-only tablespaces-only "
            "exclude-database= no-role-passwords"
        ),
    ),
    "pg_dump": (
        "abBcCd:e:E:f:F:h:j:n:N:Op:RsS:t:T:U:vwWxZ:V?",
        (
            f"{_COMMON} blobs large-objects no-blobs no-large-objects create dbname= extension= "
            "exclude-extension= format= jobs= schema= exclude-schema= no-reconnect table= "
            "exclude-table= compress= enable-row-security exclude-table-data= section= "
            "serializable-deferrable snapshot= strict-names no-synchronized-snapshots sync-method= "
            "include-foreign-data= table-and-children= exclude-table-and-children= "
            "exclude-table-data-and-children="
        ),
    ),
    "psql": (
        "d:h:p:qU:v:wWX1f:V?",
        (
            "dbname= host= port= quiet username= set= variable= no-password password no-psqlrc "
            "single-transaction file= version help"
        ),
    ),
    "pg_restore": (
        "acCd:eF:h:I:j:n:N:Op:P:sS:t:T:U:vwWx1f:V?",
        (
            "clean create data-only dbname= exit-on-error format= host= if-exists index= jobs= "
            "schema= exclude-schema= no-owner port= function= schema-only superuser= table= "
            "trigger= username= verbose no-password password no-privileges no-acl "
            "single-transaction file= "
            "disable-triggers enable-row-security no-comments no-data-for-failed-tables "
            "no-publications no-security-labels no-subscriptions no-table-access-method "
            "no-tablespaces role= section= strict-names use-set-session-authorization version help"
        ),
    ),
}
"""Short and long options of each program: those of a dump up to PostgreSQL 18, those that make
sense for a restore from a stream. https://www.postgresql.org/docs/current/app-pgdump.html"""

_SETTINGS: Mapping[str, str] = {
    **dict.fromkeys(
        ("ON_ERROR_STOP", "VERBOSITY"), "is set by KubeStash, so that no error gets lost"
    ),
    "AUTOCOMMIT": "must stay on: a dump has no COMMIT, so nothing of it would stay",
}
"""Variables of psql → why they cannot be given."""

_DATABASES = ("-d", "--dbname", "-l", "--database")
"""Options that name a database to connect to; `-l` is pg_dumpall's."""


@dataclass(frozen=True)
class Arguments:
    """What is passed on, and what we had to know about it."""

    given: tuple[str, ...]
    database: str = ""
    """The one that they name; may be empty."""

    is_one_transaction: bool = False
    """Whether they ask for all or nothing."""


def dump_arguments(program: str, text: str) -> Arguments:
    """Arguments for pg_dump or pg_dumpall. Raises UsageError."""
    if program not in DUMP_PROGRAMS:
        raise UsageError(f"backupCmd is {program!r}, it must be one of {', '.join(DUMP_PROGRAMS)}.")
    found = _parsed(program, text)
    kinds = [value for name, value in found.pairs if name in {"-F", "--format"}]
    form = (kinds or ["plain"])[-1][:1]
    if form not in {"p", "c", "t"}:
        raise UsageError(f"args: the format {kinds[-1]!r} of pg_dump cannot be a stream.")
    if form == "p" and found.names & {"-Z", "--compress"}:
        raise UsageError("args: a compressed script cannot be restored; restic compresses anyway.")
    if program == "pg_dumpall" and found.rest:
        raise UsageError(
            f"args: pg_dumpall dumps all databases; {found.rest[0]!r} cannot be named."
        )
    return Arguments(found.given, found.database)


def restore_arguments(program: str, text: str) -> Arguments:
    """Arguments for psql or pg_restore, whichever the dump asks for. Raises UsageError."""
    found = _parsed(program, text)
    for name, value in found.pairs:
        variable = value.partition("=")[0]
        if name in {"-v", "--set", "--variable"} and program == "psql" and variable in _SETTINGS:
            raise UsageError(f"args: {variable} {_SETTINGS[variable]}.")
    if len(found.rest) > 1 or (found.rest and program == "pg_restore"):
        raise UsageError(f"args: {found.rest[-1]!r} is one name too many.")
    alone = bool(found.names & {"-1", "--single-transaction"})
    return Arguments(found.given, found.database, alone)


@dataclass(frozen=True)
class _Parsed:
    given: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    rest: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.pairs)

    @property
    def database(self) -> str:
        named = [value for name, value in self.pairs if name in {"-d", "--dbname"}]
        return named[-1] if named else next(iter(self.rest), "")


def _parsed(program: str, text: str) -> _Parsed:
    try:
        given = shlex.split(text)
        short, long = _OPTIONS[program]
        pairs, rest = getopt.gnu_getopt(given, short, long.split())
    except (ValueError, getopt.GetoptError) as error:
        raise UsageError(f"args: {text!r} cannot be given to {program}: {error}.") from None
    found = _Parsed(tuple(given), tuple(pairs), tuple(rest))
    for name, _ in pairs:
        if name in _REFUSED:
            raise UsageError(f"args: {name} cannot be given to {program}: {_REFUSED[name]}.")
    # libpq takes a text with these for all that there is to connect, and would show the password
    # to whatever server it names.
    named = [value for name, value in pairs if name in _DATABASES]
    if any("=" in text or "://" in text for text in (*named, *rest)):
        raise UsageError("args: name the database alone; how to connect, the AppBinding says.")
    return found
