"""What we do with one restic repository, each as a method that returns facts or raises ToolError.

Reads take no lock. Whatever writes or removes is given to `locks.patiently`, which waits for
others; nothing here ever removes a lock on its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import RepositoryLocked, RepositoryMissing, SourceIncomplete, ToolError
from . import command as commands
from .command import Command, ResticRepository, error_for
from .output import (
    BackupSummary,
    Fatal,
    Initialized,
    Note,
    Problem,
    Progress,
    RestoreSummary,
    parse,
)
from .process import Finished, Limits, Listener, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KEEP_PROBLEMS = 20
_HARMLESS = (
    "unable to open cache",
    "created new cache",
    "found 1 old cache",
    "old cache directories",
)


class StoredSnapshot(NamedTuple):
    """One restic snapshot, as the repository lists it."""

    id: str
    time: datetime
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    files: int
    """Regular files; 0 when written by a restic that did not keep this."""
    bytes: int


class Lock(NamedTuple):
    """One lock of a repository."""

    id: str
    host: str
    exclusive: bool
    time: str
    pid: int

    def __str__(self) -> str:
        kind = "exclusive lock" if self.exclusive else "lock"
        return f"{kind} {self.id[:8]} of {self.host} (process {self.pid}) since {self.time}"


class Contents(NamedTuple):
    """What a restore of a snapshot brings back."""

    entries: int
    """Files, directories, links, everything."""
    bytes: int


class RootNode(NamedTuple):
    """Owner and mode of the directory that was backed up."""

    uid: int
    gid: int
    mode: int
    mtime: str


@dataclass(frozen=True)
class BackupResult:
    """A snapshot that is in the repository now."""

    summary: BackupSummary
    problems: tuple[Problem, ...]
    """Not empty: the snapshot is not whole."""


@dataclass(frozen=True)
class TimeLimits:
    """Seconds that each sort of command may take without progress, or in all."""

    probe: float = 60.0
    """All of a short read."""

    stall: float = 20 * 60.0
    """Longer than restic's own retries, 15 minutes."""

    grace: float = 20.0


@dataclass
class _Heard:
    """What a command said, sorted."""

    on_progress: Callable[[Progress], None] = lambda _progress: None
    summary: BackupSummary | RestoreSummary | None = None
    initialized: str = ""
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    fatal: str = ""
    notes: list[str] = field(default_factory=list)
    figures: tuple[int, int] = (0, 0)

    def line(self, line: str) -> None:
        match parse(line):
            case Progress() as progress:
                self.figures = (progress.bytes_done, progress.files_done)
                self.on_progress(progress)
            case BackupSummary() | RestoreSummary() as summary:
                self.summary = summary
            case Initialized(made):
                self.initialized = made
            case Problem() as problem:
                self.problem_count += 1
                if len(self.problems) < KEEP_PROBLEMS:
                    self.problems.append(problem)
            case Fatal(_, message):
                self.fatal = message
            case Note(text) if not text.startswith(_HARMLESS):
                self.notes = [*self.notes[-KEEP_PROBLEMS:], text]
            case _:
                pass

    def why(self, finished: Finished) -> str:
        """The reason of a failure in restic's own words."""
        said = [problem_text(problem) for problem in self.problems]
        said += [self.fatal] if self.fatal else self.notes
        return " | ".join(said) or finished.stderr


class Restic:
    """One restic repository. Safe to use from several threads."""

    def __init__(
        self, repository: ResticRepository, supervisor: Supervisor, limits: TimeLimits
    ) -> None:
        self.repository = repository
        self._supervisor = supervisor
        self._limits = limits

    @property
    def stall_limits(self) -> Limits:
        """For work of unknown length."""
        return Limits(stall=self._limits.stall, grace=self._limits.grace)

    @property
    def read_limits(self) -> Limits:
        """For a short read."""
        return Limits(total=self._limits.probe, grace=min(5.0, self._limits.grace))

    def check_version(self) -> None:
        """Raises Unsupported for a restic older than we need."""
        printed = self._read(self.repository.command("version"), "restic version")
        commands.check_version(printed)

    def probe(self) -> str | None:
        """The repository's id, or None when there is no repository; all else raises.

        Only restic's exit code 10 means that there is none.
        """
        try:
            text = self._read(self.repository.reader("cat", "config"), self._doing("cat config"))
        except RepositoryMissing:
            return None
        return str(json.loads(text)["id"])

    def init(self) -> str:
        """Make the repository; its id. Must not run twice at once for one repository."""
        heard = self._run(
            self.repository.command("init", "--json"), "init", limits=self.stall_limits
        )
        return heard.initialized

    def backup(
        self,
        path: str,
        *,
        host: str,
        tag: str,
        excludes: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> BackupResult:
        """Store one path. A result with problems is a snapshot that is not whole."""
        command = commands.backup(self.repository, path, host=host, tag=tag, excludes=excludes)
        heard = _Heard(on_progress=on_progress)
        try:
            self._run(command, f"backup of {path}", limits=self.stall_limits, heard=heard)
        except SourceIncomplete:
            if not isinstance(heard.summary, BackupSummary) or not heard.summary.snapshot_id:
                raise
            unnamed = [] if heard.problems else [Problem(path, "not named by restic")]
            return BackupResult(heard.summary, (*heard.problems, *unnamed))
        if not isinstance(heard.summary, BackupSummary) or not heard.summary.snapshot_id:
            raise ToolError(
                f"{self._doing(f'backup of {path}')} ended well but named no snapshot.",
                exit_code=0,
            )
        return BackupResult(heard.summary, tuple(heard.problems))

    def snapshots(self, *ids: str) -> list[StoredSnapshot]:
        """Those of these snapshots that exist, or all of them."""
        text = self._read(
            self.repository.reader("snapshots", "--json", *ids), self._doing("snapshots")
        )
        return [_stored(entry) for entry in json.loads(text or "[]") or []]

    def contents(self, snapshot_id: str, path: str) -> Contents:
        """What lies below `path` in a snapshot of just that path."""
        command = self.repository.reader("stats", "--json", "--mode", "restore-size", snapshot_id)
        figures = self._json(command, "stats")
        # restic counts the directories that lead to the path as well.
        above = len([part for part in path.split("/") if part])
        return Contents(
            max(int(figures.get("total_file_count", 0)) - above, 0),
            int(figures.get("total_size", 0)),
        )

    def size(self) -> int:
        """Bytes that the repository's data takes in the backend."""
        command = self.repository.reader("stats", "--json", "--mode", "raw-data")
        return int(self._json(command, "stats").get("total_size", 0))

    def is_intact(self) -> bool:
        """Whether the structure is sound; the contents of the packs are not read.

        Raises ToolError when that could not be found out.
        """
        heard: list[Mapping[str, Any]] = []
        listener = Listener(stdout=lambda line: heard.extend(_documents(line)))
        command = self.repository.reader("check", "--json")
        finished = self._supervisor.run(command, limits=self.stall_limits, listener=listener)
        summary = next((entry for entry in heard if entry.get("message_type") == "summary"), None)
        if summary is not None:
            return int(summary.get("num_errors", 0)) == 0 and finished.exit_code == 0
        raise error_for(finished.exit_code, self._doing("check"), finished.stderr)

    def root_of(self, snapshot_id: str, path: str) -> RootNode | None:
        """Owner, mode and time of the path itself, or None when the snapshot has no such node."""
        found: list[RootNode] = []

        def look(line: str) -> None:
            nodes = (node for node in _documents(line) if node.get("struct_type") == "node")
            found.extend(_root(node) for node in nodes if node.get("path") == path)

        command = self.repository.reader("ls", "--json", snapshot_id, path)
        self._run(command, "ls", limits=self.stall_limits, listener=Listener(stdout=look))
        return found[0] if found else None

    def restore(
        self,
        snapshot_id: str,
        path: str,
        *,
        includes: Sequence[str] = (),
        excludes: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> RestoreSummary:
        """Bring a path back in place. Raises ToolError when anything could not be restored."""
        command = commands.restore(
            self.repository, snapshot_id, path, includes=includes, excludes=excludes
        )
        doing = f"restore of {path}"
        heard = self._run(
            command, doing, limits=self.stall_limits, heard=_Heard(on_progress=on_progress)
        )
        if not isinstance(heard.summary, RestoreSummary):
            raise ToolError(f"{self._doing(doing)} ended without a summary.", exit_code=0)
        return heard.summary

    def forget(self, ids: Sequence[str]) -> None:
        """Drop these snapshots from the list; unknown ids are no error. Takes the exclusive lock.

        Data stays until `prune`. One call for all: each restic costs half a second and a lock.
        """
        self._run(self.repository.command("forget", *ids), "forget", limits=self.stall_limits)

    def prune(self) -> None:
        """Remove data that no snapshot needs. Takes the exclusive lock."""
        self._run(self.repository.command("prune"), "prune", limits=self.stall_limits)

    def unlock_stale(self) -> None:
        """Remove locks that restic itself knows to be stale; never others."""
        self._run(self.repository.command("unlock"), "unlock", limits=self.read_limits)

    def locks(self) -> list[Lock]:
        """All locks that are there now."""
        text = self._read(
            self.repository.reader("list", "locks", "--quiet"), self._doing("list locks")
        )
        found = (self._lock(line.strip()) for line in text.splitlines() if line.strip())
        return [lock for lock in found if lock is not None]

    def _lock(self, lock_id: str) -> Lock | None:
        try:
            document = self._json(self.repository.reader("cat", "lock", lock_id), "cat lock")
        except RepositoryLocked:
            raise
        except ToolError:
            return None  # released between the list and now
        return Lock(
            lock_id,
            str(document.get("hostname", "")),
            bool(document.get("exclusive", False)),
            str(document.get("time", "")),
            int(document.get("pid", 0)),
        )

    def _doing(self, what: str) -> str:
        return f"restic {what} ({self.repository.place})"

    def _run(
        self,
        command: Command,
        what: str,
        *,
        limits: Limits,
        heard: _Heard | None = None,
        listener: Listener | None = None,
    ) -> _Heard:
        heard = heard or _Heard()
        listener = listener or Listener(stdout=heard.line)
        listener.stderr = heard.line
        listener.vital_sign = lambda: heard.figures
        finished = self._supervisor.run(command, limits=limits, listener=listener)
        if finished.exit_code != 0:
            why = self._supervisor.redactor.text(heard.why(finished))
            raise error_for(finished.exit_code, self._doing(what), why)
        return heard

    def _read(self, command: Command, doing: str) -> str:
        """What a short command prints."""
        lines: list[str] = []
        heard = _Heard()
        listener = Listener(stdout=lines.append, stderr=heard.line)
        finished = self._supervisor.run(command, limits=self.read_limits, listener=listener)
        if finished.exit_code != 0:
            why = self._supervisor.redactor.text(heard.why(finished))
            raise error_for(finished.exit_code, doing, why)
        return "\n".join(lines)

    def _json(self, command: Command, what: str) -> dict[str, Any]:
        lines: list[str] = []
        self._run(command, what, limits=self.stall_limits, listener=Listener(stdout=lines.append))
        document = json.loads("\n".join(lines) or "{}")
        return document if isinstance(document, dict) else {}


def problem_text(problem: Problem) -> str:
    """One line about something that could not be read or written."""
    return f"{problem.item}: {problem.message}" if problem.message else problem.item


def _stored(entry: Mapping[str, Any]) -> StoredSnapshot:
    summary = entry.get("summary") or {}
    return StoredSnapshot(
        id=str(entry["id"]),
        time=_moment(str(entry["time"])),
        paths=tuple(entry.get("paths") or ()),
        tags=tuple(entry.get("tags") or ()),
        files=int(summary.get("total_files_processed", 0)),
        bytes=int(summary.get("total_bytes_processed", 0)),
    )


def _moment(text: str) -> datetime:
    """RFC 3339 with up to nine digits of a second, of which Python reads six."""
    head, dot, rest = text.partition(".")
    digits = "".join(iter_digits(rest))
    zone = rest[len(digits) :] if dot else ""
    return datetime.fromisoformat(f"{head}.{digits[:6]:0<6}{zone}" if dot else text)


def iter_digits(text: str) -> list[str]:
    """The digits that a text begins with."""
    digits: list[str] = []
    for character in text:
        if not character.isdigit():
            break
        digits.append(character)
    return digits


def _documents(line: str) -> list[Mapping[str, Any]]:
    if not line.startswith("{"):
        return []
    try:
        return [json.loads(line)]
    except ValueError:
        return []


# https://pkg.go.dev/io/fs#FileMode: the special bits are not where Unix has them.
_GO_SETUID, _GO_SETGID, _GO_STICKY = 1 << 23, 1 << 22, 1 << 20


def _root(node: Mapping[str, Any]) -> RootNode:
    go_mode = int(node.get("mode", 0))
    mode = go_mode & 0o777
    mode |= 0o4000 if go_mode & _GO_SETUID else 0
    mode |= 0o2000 if go_mode & _GO_SETGID else 0
    mode |= 0o1000 if go_mode & _GO_STICKY else 0
    return RootNode(
        int(node.get("uid", 0)), int(node.get("gid", 0)), mode, str(node.get("mtime", ""))
    )
