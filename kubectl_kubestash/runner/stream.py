"""Stores what a dump tool prints, without a file, a shell or a pipe between.

restic starts the tool itself (`--stdin-from-command`,
https://restic.readthedocs.io/en/stable/040_backup.html#reading-data-from-a-command): when the tool
fails, restic fails and keeps no snapshot. A tool that ends well but prints nothing leaves an empty
snapshot behind; that one is forgotten here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import KubeStashError, SourceIncomplete, ToolError
from .heard import Heard, problem_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from .guarded import GuardedRepository
    from .output import BackupSummary, Progress
    from .restic import BackupResult


@dataclass(frozen=True)
class Dump:
    """A tool, and the name that its output has in the repository."""

    command: tuple[str, ...]
    """Its argv; never a line for a shell."""

    filename: str
    name: str
    """What messages call the tool."""


@dataclass(frozen=True)
class Stored:
    """A dump that is in the repository, whole."""

    summary: BackupSummary
    said: tuple[str, ...]
    """The last lines that the tool printed to stderr; it ended well all the same."""


def store(
    repository: GuardedRepository,
    dump: Dump,
    *,
    host: str,
    tag: str,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> Stored:
    """One restic snapshot of all that the tool prints. Raises ToolError, and then there is none."""
    heard = Heard()

    def attempt() -> BackupResult:
        nonlocal heard
        heard = Heard(on_progress=on_progress)
        try:
            return repository.restic.backup_output(
                dump.command, filename=dump.filename, host=host, tag=tag, heard=heard
            )
        except ToolError as error:
            # Its own words instead of restic's about them.
            raise heard.command_failure(dump.name) or error from error

    result = repository.patiently(attempt)
    if result.summary.bytes > 0 and not result.problems:
        return Stored(result.summary, tuple(heard.of_command))
    message = _complaint(dump, result) + _drop(repository, result.summary.snapshot_id)
    raise SourceIncomplete(message, exit_code=0, last_lines=" | ".join(heard.of_command))


def _complaint(dump: Dump, result: BackupResult) -> str:
    if result.summary.bytes == 0:
        return f"{dump.name} printed nothing, so there is nothing to store."
    problems = "; ".join(problem_text(problem) for problem in result.problems)
    return f"What {dump.name} printed could not be stored whole: {problems}."


def _drop(repository: GuardedRepository, snapshot_id: str) -> str:
    """Forget what is not whole, beside nobody; what to say about it."""
    try:
        with repository.exclusively():
            repository.forget([snapshot_id])
    except KubeStashError as error:
        return f" restic snapshot {snapshot_id[:8]} of it is still there: {error.message}"
    return ""
