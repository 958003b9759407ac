"""Stores what a dump tool prints, without a file, a shell or a pipe between.

restic starts the tool itself (`--stdin-from-command`,
https://restic.readthedocs.io/en/stable/040_backup.html#reading-data-from-a-command): when the tool
fails, restic fails and keeps no snapshot. A tool that ends well but prints nothing leaves an empty
snapshot behind; that one is forgotten here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SourceIncomplete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .output import BackupSummary
    from .restic import Restic


@dataclass(frozen=True)
class Dump:
    """A tool, and the name that its output has in the repository."""

    command: tuple[str, ...]
    """Its argv; never a line for a shell."""

    filename: str


def store(restic: Restic, dump: Dump, *, host: str, tag: str) -> BackupSummary:
    """One restic snapshot of all that the tool prints. Raises ToolError, and then there is none."""
    result = restic.backup_output(dump.command, filename=dump.filename, host=host, tag=tag)
    if result.summary.bytes > 0 and not result.problems:
        return result.summary
    restic.forget([result.summary.snapshot_id])
    raise SourceIncomplete(
        f"{dump.command[0]} printed nothing, so there is nothing to store.",
        exit_code=0,
        last_lines=_lines(result.problems),
    )


def _lines(problems: Sequence[object]) -> str:
    return " | ".join(str(problem) for problem in problems)
