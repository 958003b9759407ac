"""What a backup of one component stores, and what has come of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ..resolve.conditions import timestamp
from ..resolve.sizes import format_size
from . import source
from .status import backup_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ..api.storage.snapshot import Snapshot
    from .guarded import GuardedRepository
    from .opening import Toolbox
    from .output import BackupSummary, Problem, Progress
    from .status import ComponentReport
    from .surroundings import Surroundings


@dataclass
class Outcome:
    """What has come of one component in one Repository so far."""

    path: str
    repository_id: str = ""
    repository_config: str = ""
    stats: list[dict[str, Any]] = field(default_factory=list)
    size: str = ""
    integrity: bool | None = None
    error: str = ""
    ended: bool = False
    seconds: float = 0.0

    def status(self) -> dict[str, Any]:
        """As `Snapshot.status.components[…]`; None removes what an earlier run has left."""
        fields: dict[str, Any] = {
            "path": self.path,
            "driver": "Restic",
            "resticStats": self.stats or None,
            "repositoryID": self.repository_id or None,
            "repositoryConfig": self.repository_config or None,
        }
        if self.ended:
            fields |= {
                "phase": "Failed" if self.error else "Succeeded",
                "error": self.error or None,
                "size": self.size or None,
                "integrity": self.integrity,
                "duration": f"{self.seconds:.3f}s",
            }
        return fields


@dataclass(frozen=True)
class Shelf:
    """Where a component's data goes in one Repository, and who hears of it."""

    repository: GuardedRepository
    tag: str
    outcome: Outcome
    report: ComponentReport
    toolbox: Toolbox
    narrate: Callable[[str], None]
    clock: Callable[[], datetime]

    @property
    def host(self) -> str:
        """What restic notes as the host."""
        return self.toolbox.surroundings.pod.name

    def tell(self, path: str, progress: Progress) -> None:
        """Report how far the backup of `path` has come."""
        entry = {"summary": {"hostPath": path}, "progress": backup_figures(progress)}
        self.report.progress({"resticStats": [*self.outcome.stats, entry]})

    def put(self, path: str, summary: BackupSummary, started: datetime) -> None:
        """Record a restic snapshot of `path`."""
        entry: dict[str, Any] = {
            "id": summary.snapshot_id,
            "hostPath": path,
            "size": format_size(summary.bytes),
            "uploaded": format_size(summary.added),
            "files": summary.files,
            "bytes": summary.bytes,
            "startTime": timestamp(started),
            "endTime": timestamp(self.clock()),
        }
        self.outcome.stats.append({"summary": entry})
        # The id goes on record before anything else: data without a record is an orphan.
        self.report.progress(
            {
                "resticStats": list(self.outcome.stats),
                "repositoryID": self.outcome.repository_id,
            }
        )
        self.narrate(f"Stored {path} as {entry['id'][:8]}: {entry['size']}.")


class Content(Protocol):
    """What there is to store."""

    def check(self, snapshot: Snapshot, /) -> None:
        """Raises KubeStashError when it cannot be stored; called before restic is started."""
        ...

    def store(self, shelf: Shelf) -> Sequence[Problem]:
        """Store it; what could not be read of it. Raises KubeStashError."""
        ...


@dataclass(frozen=True)
class Paths:
    """Directories of volumes; a restic snapshot for each."""

    paths: tuple[str, ...]
    excludes: tuple[str, ...]
    surroundings: Surroundings

    def check(self, _snapshot: Snapshot, /) -> None:
        """Raises SourceIncomplete for a path that is missing, unreadable, or holds nothing."""
        source.check_readable(self.paths, allow_empty=self.surroundings.allow_empty_source)

    def store(self, shelf: Shelf) -> Sequence[Problem]:
        """Store each path. Raises ToolError, SourceIncomplete."""
        return [problem for path in self.paths for problem in self._store(path, shelf)]

    def _store(self, path: str, shelf: Shelf) -> Sequence[Problem]:
        started, restic = shelf.clock(), shelf.repository.restic
        result = shelf.repository.patiently(
            lambda: restic.backup(
                path,
                host=shelf.host,
                tag=shelf.tag,
                excludes=self.excludes,
                on_progress=lambda progress: shelf.tell(path, progress),
            )
        )
        shelf.put(path, result.summary, started)
        if not result.summary.files and not self.surroundings.allow_empty_source:
            self._check_contents(shelf, path, result.summary.snapshot_id)
        return result.problems

    def _check_contents(self, shelf: Shelf, path: str, snapshot_id: str) -> None:
        """Raises SourceIncomplete when all was excluded; links and directories are something."""
        if shelf.repository.restic.contents(snapshot_id, path).entries == 0:
            raise source.nothing_in(path)
