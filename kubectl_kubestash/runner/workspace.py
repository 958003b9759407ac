"""A private corner of the scratch directory: files with secrets, temporary files, restic's cache.

Everything but the cache is gone when the runner ends; what a killed runner has left is removed by
the next one that gets the same scratch directory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_PREFIX = "kubestash-runner-"
_CACHE = "restic-cache"


class Workspace:
    """A directory of mode 0700 that ends with the runner. Use it as a context manager."""

    def __init__(self, scratch: str = "") -> None:
        self._scratch = Path(scratch or tempfile.gettempdir())
        self._scratch.mkdir(parents=True, exist_ok=True)
        for left_over in self._scratch.glob(f"{_PREFIX}*"):
            if _is_abandoned(left_over):
                shutil.rmtree(left_over, ignore_errors=True)
        self.root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._scratch))

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def cache(self) -> Path:
        """The cache of restic, shared by all repositories and kept for the next run."""
        return self._scratch / _CACHE

    def secret_file(self, name: str, content: str) -> Path:
        """A new file that only we can read; equal content gives the same file again."""
        path = self.root / name
        number = 1
        while path.exists():
            if path.read_text() == content:
                return path
            number += 1
            path = self.root / f"{number}-{name}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
        return path

    def temporary(self, name: str) -> Path:
        """A directory for a tool's temporary files."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-tmp-", dir=self.root))


def _is_abandoned(directory: Path) -> bool:
    """Whether the runner that made this directory is gone, as far as its process id tells."""
    pid = directory.name.removeprefix(_PREFIX).partition("-")[0]
    with suppress(OSError, ValueError):
        if directory.lstat().st_uid != os.geteuid():
            return False
        os.kill(int(pid), 0)
        return int(pid) == os.getpid()
    return pid.isdigit()
