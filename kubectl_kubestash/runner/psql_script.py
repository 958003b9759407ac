"""A script for psql: which errors it may survive, and how it is handed over.

The dump of one database stops at the first error (ON_ERROR_STOP). The dump of a whole server begins
with its roles, and those errors cannot be avoided: it creates the very role that restores it. So
psql goes on after an error in that first part, which holds no rows; each error there is compared
with the list below, and any other one ends the restore. It is given the first database only when it
has come through that part, and from there on it stops at the first error, too.
"""

from __future__ import annotations

import re
import select
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .pour import Flow

TOLERATED: Mapping[tuple[str, str], str] = {
    ("42710", "CreateRole"): "the role is there already; the next line gives it what the dump says",
    ("55006", "DropRole"): "--clean drops every role, also the one that restores; it stays",
    (
        "2BP01",
        "DropRole",
    ): "--clean drops every role, also those that own more; they stay",
}
"""SQLSTATE and function of the server → why the restore is whole all the same. Texts depend on the
server's language, these do not: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_HARMLESS = ("00", "01")
"""Classes of SQLSTATE: successful completion, warning."""

_CLUSTER_MARK = b"-- PostgreSQL database cluster dump"
_ARCHIVES = (b"PGDMP", b"toc.dat\0")
_CONNECT = re.compile(rb"\n(?:\n|\\unrestrict [^\n]+\n)(\\connect )")
"""As pg_dumpall writes it, and hardly anybody in the comment of a role."""

DONE = "kubestash: the roles are done"
_STOP = b"\\warn %b\n\\set ON_ERROR_STOP on\n" % DONE.encode()
_NO_WARN = "invalid command \\warn"
_MOST_GLOBALS = 64 << 20

_ERROR = re.compile(r"psql:<stdin>:(\d+): .+?:\s+([0-9A-Z]{5}): (.*)")
_LOCATION = re.compile(r"LOCATION:\s+(\w+),")
_KEEP = 20
_LOOK = 0.1


def is_archive(beginning: bytes) -> bool:
    """Whether the dump is for pg_restore: pg_dump's custom and tar formats."""
    return beginning.startswith(_ARCHIVES)


def is_of_server(beginning: bytes) -> bool:
    """Whether it is the dump of a whole server, made by pg_dumpall."""
    return _CLUSTER_MARK in beginning[:200]


@dataclass
class Script:
    """One run of a script; `hear` takes each line that psql prints to stderr."""

    of_server: bool
    stop: Callable[[], None]
    """Ends psql."""

    tolerated: list[str] = field(default_factory=list)
    fatal: str = ""
    """The error that must not be survived."""

    said: list[str] = field(default_factory=list)
    lenient_until: int = 0
    """The last line of the part that psql goes on in after an error."""

    _pending: tuple[int, str, str] | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def flags(self) -> tuple[str, ...]:
        """How psql is told."""
        stop = "off" if self.of_server else "on"
        return ("-v", f"ON_ERROR_STOP={stop}", "-v", "VERBOSITY=verbose")

    def hand_on(self, flow: Flow, sink: int) -> None:
        """Give psql the script. Raises ToolError when it is not what it says it is."""
        if self.of_server:
            self._hand_on_globals(flow, sink)
        flow.rush(sink)

    def _hand_on_globals(self, flow: Flow, sink: int) -> None:
        """All up to the first database; from there on psql stops at the first error."""
        text = bytearray()
        while (start := _CONNECT.search(text)) is None:
            if not (more := flow.read()):
                break  # roles and tablespaces only
            text += more
            if len(text) > _MOST_GLOBALS:
                raise ToolError(
                    "The dump of the server names no database within 64 MiB.", exit_code=0
                )
        head = bytes(text[: start.start(1)]) if start else bytes(text)
        self.lenient_until = head.count(b"\n") + _STOP.count(b"\n")
        flow.give(sink, head)
        if start:
            # Before it, because a dump allows no commands like this one within a database.
            flow.give(sink, _STOP, added=True)
            self._wait(flow, sink)
            flow.give(sink, bytes(text[start.start(1) :]))

    def _wait(self, flow: Flow, sink: int) -> None:
        """Return when psql has come through the first part. Raises BrokenPipeError if it ends."""
        gone = select.poll()
        gone.register(sink, 0)
        flow.waits = True
        while not self._done.wait(_LOOK):
            if gone.poll(0):
                break
        flow.waits = False
        if self.fatal or not self._done.is_set():
            raise BrokenPipeError(self.fatal)

    def hear(self, line: str) -> None:
        """One line of stderr: an error comes with its place in the server's code a bit later."""
        if line == DONE or _NO_WARN in line:
            self.settle()
            self._done.set()
            return
        if found := _ERROR.match(line):
            self.settle()
            self._pending = (int(found[1]), found[2], found[3])
        if (place := _LOCATION.match(line)) and self._pending is not None:
            self._judge(*self._pending, place[1])
            self._pending = None
        elif not place:
            self.said = [*self.said[1 - _KEEP :], line]

    def settle(self) -> None:
        """Judge an error whose place was never told."""
        if self._pending is not None:
            self._judge(*self._pending, "")
            self._pending = None

    def _judge(self, line: int, state: str, text: str, function: str) -> None:
        if line > self.lenient_until or state[:2] in _HARMLESS:
            return  # from here on psql itself stops at an error
        if (state, function) in TOLERATED:
            self.tolerated.append(text)
        elif not self.fatal:
            self.fatal = f"line {line}: {state}: {text}"
            self.stop()
