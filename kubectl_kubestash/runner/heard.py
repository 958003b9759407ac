"""What one run of restic says, sorted as it comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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


@dataclass
class Heard:
    """The words of a command; `line` takes each of them."""

    on_progress: Callable[[Progress], None] = lambda _progress: None
    summary: BackupSummary | RestoreSummary | None = None
    initialized: str = ""
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    fatal: str = ""
    notes: list[str] = field(default_factory=list)
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


def problem_text(problem: Problem) -> str:
    """One line about something that could not be read or written."""
    return f"{problem.item}: {problem.message}" if problem.message else problem.item
