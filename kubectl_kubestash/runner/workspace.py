"""A private corner of the scratch directory: files with secrets, temporary files, restic's cache.

Everything but the cache is gone when the runner ends; what a killed runner has left is removed by
the next one that gets the same scratch directory.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from ..errors import UsageError

_PREFIX = "kubestash-runner-"
_CACHE = "restic-cache"
_YOUNG = 60.0


class Workspace:
    """A directory of mode 0700 that ends with the runner. Use it as a context manager."""

    def __init__(self, scratch: str = "") -> None:
        """Raises UsageError when the scratch directory cannot be used."""
        self._scratch = Path(scratch or tempfile.gettempdir())
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self.root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._scratch))
        except OSError as error:
            raise UsageError(f"--scratch-dir: {self._scratch} cannot be used: {error}") from None
        for left_over in self._scratch.glob(f"{_PREFIX}*"):
            if _is_abandoned(left_over, now=time.time()):
                shutil.rmtree(left_over, ignore_errors=True)
        self._mark = os.open(self.root, os.O_RDONLY)
        fcntl.flock(self._mark, fcntl.LOCK_EX)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        os.close(self._mark)

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


def _is_abandoned(directory: Path, *, now: float) -> bool:
    """Whether the runner that made this directory is gone: the kernel drops a dead one's lock.

    Process ids would not tell: the containers of a pod share the directory, not the numbers.
    """
    try:
        mark = os.open(directory, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        if now - os.fstat(mark).st_mtime < _YOUNG:
            return False  # somebody may be about to lock it
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(mark)
    return True
