"""What we do with one restic repository, each as a method that returns facts or raises ToolError.

Reads take no lock. Whatever writes or removes is given to `locks.patiently`, which waits for
others; nothing here ever removes a lock on its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import RepositoryLocked, RepositoryMissing, SourceIncomplete, ToolError
from . import command as commands
from .command import Command, ResticRepository, error_for
from .heard import Heard
from .output import (
    BackupSummary,
    Problem,
    Progress,
    RestoreSummary,
)
from .process import Limits, Listener, Supervisor
from .stored import (
    Contents,
    Lock,
    RootNode,
    StoredSnapshot,
    documents,
    lock_of,
    root_node,
    stored_snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


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
        return self._store(command, path, Heard(on_progress=on_progress))

    def backup_output(
        self,
        program: Sequence[str],
        *,
        filename: str,
        host: str,
        tag: str,
        heard: Heard,
    ) -> BackupResult:
        """Store what a program prints. When it fails there is no snapshot, and this raises.

        `heard` takes all that is said, also by the program.
        """
        command = commands.backup_output(
            self.repository, program, filename=filename, host=host, tag=tag
        )
        return self._store(command, filename, heard)

    def _store(self, command: Command, item: str, heard: Heard) -> BackupResult:
        what = f"backup of {item}"
        try:
            self._run(command, what, limits=self.stall_limits, heard=heard)
        except SourceIncomplete:
            if not isinstance(heard.summary, BackupSummary) or not heard.summary.snapshot_id:
                raise
            unnamed = [] if heard.problems else [Problem(item, "not named by restic")]
            return BackupResult(heard.summary, (*heard.problems, *unnamed))
        if not isinstance(heard.summary, BackupSummary) or not heard.summary.snapshot_id:
            raise ToolError(f"{self._doing(what)} ended well but named no snapshot.", exit_code=0)
        return BackupResult(heard.summary, tuple(heard.problems))

    def snapshots(self, *ids: str) -> list[StoredSnapshot]:
        """Those of these snapshots that exist, or all of them."""
        # Thousands of snapshots take minutes to list; only silence ends that.
        text = self._read(
            self.repository.reader("snapshots", "--json", *ids),
            self._doing("snapshots"),
            limits=self.stall_limits,
        )
        return [stored_snapshot(entry) for entry in json.loads(text or "[]") or []]

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
        listener = Listener(stdout=lambda line: heard.extend(documents(line)))
        command = self.repository.reader("check", "--json")
        finished = self._supervisor.run(command, limits=self.stall_limits, listener=listener)
        summary = next((entry for entry in heard if entry.get("message_type") == "summary"), None)
        if summary is not None:
            return int(summary.get("num_errors", 0)) == 0 and finished.exit_code == 0
        raise self._failure(finished.exit_code, self._doing("check"), finished.stderr)

    def root_of(self, snapshot_id: str, path: str) -> RootNode | None:
        """Owner, mode and time of the path itself, or None when the snapshot has no such node."""
        found: list[RootNode] = []

        def look(line: str) -> None:
            nodes = (node for node in documents(line) if node.get("struct_type") == "node")
            found.extend(root_node(node) for node in nodes if node.get("path") == path)

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
            command, doing, limits=self.stall_limits, heard=Heard(on_progress=on_progress)
        )
        if not isinstance(heard.summary, RestoreSummary):
            raise ToolError(f"{self._doing(doing)} ended without a summary.", exit_code=0)
        return heard.summary

    def output(self, snapshot_id: str, path: str) -> Command:
        """The command that prints a stored file to its stdout; takes no lock."""
        return self.repository.reader("dump", snapshot_id, path)

    def forget(self, ids: Sequence[str]) -> None:
        """Drop these snapshots from the list; unknown ids are no error. Takes the exclusive lock.

        Data stays until `prune`. One call for all: each restic costs half a second and a lock.
        """
        self._run(self.repository.command("forget", *ids), "forget", limits=self.stall_limits)

    def prune(self) -> None:
        """Remove data that no snapshot needs. Takes the exclusive lock."""
        self._run(self.repository.command("prune"), "prune", limits=self.stall_limits)

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
        return lock_of(lock_id, document)

    def _failure(self, exit_code: int, doing: str, why: str) -> ToolError:
        return error_for(exit_code, doing, why, key_source=self.repository.key_source)

    def _doing(self, what: str) -> str:
        return f"restic {what} ({self.repository.place})"

    def _run(
        self,
        command: Command,
        what: str,
        *,
        limits: Limits,
        heard: Heard | None = None,
        listener: Listener | None = None,
    ) -> Heard:
        heard = heard or Heard()
        listener = listener or Listener(stdout=heard.line)
        listener.stderr = heard.line
        listener.vital_sign = lambda: heard.figures
        finished = self._supervisor.run(command, limits=limits, listener=listener)
        if finished.exit_code != 0:
            why = self._supervisor.redactor.text(heard.why(finished))
            raise self._failure(finished.exit_code, self._doing(what), why)
        return heard

    def _read(self, command: Command, doing: str, *, limits: Limits | None = None) -> str:
        """What a reading command prints; a short one unless `limits` say otherwise."""
        lines: list[str] = []
        heard = Heard()
        listener = Listener(stdout=lines.append, stderr=heard.line)
        limits = limits or self.read_limits
        finished = self._supervisor.run(command, limits=limits, listener=listener)
        if finished.exit_code != 0:
            why = self._supervisor.redactor.text(heard.why(finished))
            raise self._failure(finished.exit_code, doing, why)
        return "\n".join(lines)

    def _json(self, command: Command, what: str) -> dict[str, Any]:
        lines: list[str] = []
        self._run(command, what, limits=self.stall_limits, listener=Listener(stdout=lines.append))
        document = json.loads("\n".join(lines) or "{}")
        return document if isinstance(document, dict) else {}
