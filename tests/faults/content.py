"""What is in the volumes: trees of every sort, written and fingerprinted from outside the pods."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCRIPTS = Path(__file__).parents[1] / "flows/scripts"


def fill(folder: Path, word: str, *, mebibytes: int = 1) -> str:
    """Replace all that is in the folder with a tree made from the word; its fingerprint."""
    clear(folder)
    _script("write_tree.py", str(folder), str(mebibytes), word)
    return fingerprint(folder)


def clear(folder: Path) -> None:
    """Remove everything in the folder."""
    for entry in list(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def fingerprint(folder: Path) -> str:
    """A hash of names, bytes, owners, modes, times, links and attributes of all entries below.

    The folder itself is left out: restic does not restore the root of a part of a snapshot.
    """
    lines = _script("fingerprint.py", str(folder)).splitlines()
    return digest(line for line in lines if '"name": ".",' not in line)


def digest(lines: Iterable[str]) -> str:
    """Of the lines that `fingerprint.py` prints."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _script(name: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, _SCRIPTS / name, *arguments], capture_output=True, text=True, check=True
    ).stdout
