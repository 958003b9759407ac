"""`kubestash-runner init-repository`: marks a directory of the backend as a Repository's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..api.resources import REPOSITORY, ObjectKey
from .facts import read_repository_files
from .guarded import utc_now
from .report import leave_result
from .repository_files import Entry, Metadata, RepositoryFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .opening import Toolbox

TASK = "init-repository"


@dataclass
class InitRepository:
    """One run of the task."""

    toolbox: Toolbox
    key: ObjectKey
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now

    def run(self) -> bool:
        """Write repository.yaml and the entry in metadata.yaml; whether that was done."""
        error = self.toolbox.attempt(self._work, self.narrate)
        leave_result(
            self.toolbox.surroundings,
            self.toolbox.supervisor.redactor,
            task=TASK,
            owner=self.key,
            result={"initialized": not error, "error": error},
        )
        return not error

    def _work(self) -> None:
        repository, facts = read_repository_files(self.toolbox.client, self.key)
        backend = self.toolbox.files_of(facts)
        files = RepositoryFiles(backend, facts, repository.spec.path)
        files.take(self.toolbox.client.get(REPOSITORY, self.key))
        Metadata(backend, self.clock).record(Entry(self.key, repository.spec.path))
        self.narrate(f"Repository {self.key} is at {files.directory}.")
