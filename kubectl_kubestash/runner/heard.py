"""What one run of restic says, sorted as it comes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import ToolError
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from .process import Finished

KEEP_PROBLEMS = 20
_HARMLESS = (
    "unable to open cache",
    "created new cache",
    "found 1 old cache",
    "old cache directories",
)
_OF_COMMAND = re.compile(r"subprocess [^:]+: ?(.*)")
_COMMAND_FAILED = re.compile(r"command failed: (?:exit status (\d+)|signal: (.+))")


@dataclass
class Heard:
    """The words of a command; `line` takes each of them."""

    on_progress: Callable[[Progress], None] = lambda _progress: None
    summary: BackupSummary | RestoreSummary | None = None
    initialized: str = ""
    problems: list[Problem] = field(default_factory=list)
    fatal: str = ""
    notes: list[str] = field(default_factory=list)
    of_command: list[str] = field(default_factory=list)
    """What the command said to stderr whose output restic stores."""

    figures: tuple[int, int] = (0, 0)

    def line(self, line: str) -> None:
        """Take one line of stdout or stderr."""
        match parse(line):
            case Progress() as progress:
                self.figures = (progress.bytes_done, progress.files_done)
                self.on_progress(progress)
            case BackupSummary() | RestoreSummary() as summary:
                self.summary = summary
            case Initialized(made):
                self.initialized = made
            case Problem() as problem:
                if len(self.problems) < KEEP_PROBLEMS:
                    self.problems.append(problem)
            case Fatal(_, message):
                self.fatal = message
            case Note(text) if said := _OF_COMMAND.fullmatch(text):
                self.of_command = [*self.of_command[1 - KEEP_PROBLEMS :], said[1]]
            case Note(text) if not text.startswith(_HARMLESS):
                self.notes = [*self.notes[-KEEP_PROBLEMS:], text]
            case _:
                pass

    def why(self, finished: Finished) -> str:
        """The reason of a failure in restic's own words."""
        said = [problem_text(problem) for problem in self.problems]
        said += [self.fatal] if self.fatal else self.notes
        return " | ".join(said) or finished.stderr

    def command_failure(self, name: str) -> ToolError | None:
        """The failure of the command whose output restic stores, if it was that."""
        if (failed := _COMMAND_FAILED.search(self.fatal)) is None:
            return None
        how = f"failed with exit code {failed[1]}" if failed[1] else f"was ended: {failed[2]}"
        lines = " | ".join(line for line in self.of_command if line.strip())
        code = int(failed[1]) if failed[1] else -1
        message = f"{name} {how}: {lines or 'it said nothing'}"
        return ToolError(message, exit_code=code, last_lines=lines)


def problem_text(problem: Problem) -> str:
    """One line about something that could not be read or written."""
    return f"{problem.item}: {problem.message}" if problem.message else problem.item
