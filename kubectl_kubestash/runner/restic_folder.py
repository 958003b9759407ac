"""The files of one restic repository in its backend, seen without restic and without its key.

restic names what it writes after the SHA-256 of the content, but for its config
(https://restic.readthedocs.io/en/stable/100_references.html#repository-layout).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..resolve.backend import directory

if TYPE_CHECKING:
    from .backend import Backend
    from .facts import RepositoryFacts
    from .opening import Toolbox

_BRIEFLY = 5.0
"""Seconds for a question to the store whose answer is of use, but not needed."""


@dataclass(frozen=True)
class ResticFolder:
    """One component's directory. Everything here raises BackendError when the store fails."""

    toolbox: Toolbox
    facts: RepositoryFacts
    component_path: str

    def path(self, *parts: str) -> str:
        """Where restic keeps something of this repository in the backend."""
        inside = "/".join((self.facts.repository.spec.path, self.component_path, *parts))
        return directory(self.facts.storage, inside)

    def names(self, *parts: str) -> list[str]:
        """Full paths of all that lies in a directory of this repository, or below it."""
        return self._files.names(self.path(*parts))

    def digest(self, *parts: str) -> str:
        """SHA-256 of a file as hexadecimal digits; empty when it is not there."""
        return _digest(self._files, self.path(*parts))

    def digest_of_config(self) -> str:
        """That of restic's config, by a store that answers within seconds."""
        files = self.toolbox.files_of(self.facts, patience=_BRIEFLY)
        return _digest(files, self.path("config"))

    def remove(self, *paths: str) -> None:
        """Remove files by their full paths; one that is gone already is no error."""
        self._files.delete(*paths)

    @property
    def _files(self) -> Backend:
        return self.toolbox.files_of(self.facts)


def _digest(files: Backend, path: str) -> str:
    content = files.find(path)
    return "" if content is None else hashlib.sha256(content.data).hexdigest()
