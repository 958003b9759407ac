"""Is there something to back up, and may we read it? Asked before restic is started.

restic passes over a path that is not there when another one is, and makes a snapshot of an empty
directory without a word; both would be a backup of nothing that says Succeeded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SourceIncomplete, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

LOST_AND_FOUND = "lost+found"
"""Made by the file system at the root of a volume, readable by root alone."""


def split_list(text: str) -> tuple[str, ...]:
    """The entries of a comma list, without blanks around them and without empty ones."""
    return tuple(entry for part in text.split(",") if (entry := part.strip()))


def normal_paths(text: str) -> tuple[str, ...]:
    """The paths to back up, absolute and each once. Raises UsageError."""
    paths: list[str] = []
    for entry in split_list(text):
        if not entry.startswith("/"):
            raise UsageError(f"--paths: {entry!r} is not an absolute path.")
        path = os.path.normpath(entry)
        path = f"/{path.lstrip('/')}"
        if path not in paths:
            paths.append(path)
    if not paths:
        raise UsageError("--paths names no path to back up.")
    return tuple(paths)


def excludes(paths: Sequence[str], text: str) -> tuple[str, ...]:
    """What the user leaves out, and lost+found at the root of each path."""
    defaults = (f"{_escaped(path.rstrip('/'))}/{LOST_AND_FOUND}" for path in paths)
    return (*split_list(text), *defaults)


def check_readable(paths: Sequence[str], *, allow_empty: bool) -> None:
    """Raises SourceIncomplete for a path that is missing, unreadable, no directory, or empty."""
    for path in paths:
        try:
            empty = _is_empty(Path(path))
            if Path(path).is_symlink():
                raise SourceIncomplete(
                    f"Source path {path} is a symbolic link: a backup would hold the link alone.",
                    f"Name the directory itself: {os.path.realpath(path)}",
                    exit_code=0,
                )
        except FileNotFoundError:
            raise SourceIncomplete(f"Source path {path} is not there.", exit_code=0) from None
        except PermissionError:
            raise SourceIncomplete(
                f"Source path {path} cannot be read by user {os.geteuid()}, group {os.getegid()}.",
                "Set runAsUser in jobTemplate.spec.securityContext of the session's addon.",
                exit_code=0,
            ) from None
        if not Path(path).is_dir():
            raise SourceIncomplete(
                f"Source path {path} is no directory: restic could store it, but not bring it back "
                "to its place.",
                f"Name {Path(path).parent} and leave out what else is in it with exclude.",
                exit_code=0,
            )
        if empty and not allow_empty:
            raise nothing_in(path)


def nothing_in(path: str) -> SourceIncomplete:
    """The error for a path that holds nothing, or nothing that is not excluded."""
    return SourceIncomplete(
        f"EmptySource: there is nothing in {path} to back up.",
        "If it is empty on purpose, set the environment variable "
        "KUBESTASH_ALLOW_EMPTY_SOURCE=true in jobTemplate.spec.env.",
        exit_code=0,
    )


def unreadable_hint() -> str:
    """What to do about files that could not be read."""
    user = os.geteuid()
    return "" if user == 0 else f" The backup runs as user {user}; these files may need another."


def _is_empty(path: Path) -> bool:
    if not path.is_dir():
        path.open("rb").close()
        return False
    with os.scandir(path) as entries:
        return not any(entry.name != LOST_AND_FOUND for entry in entries)


def _escaped(path: str) -> str:
    """A path as a pattern that matches nothing but itself."""
    return "".join(f"\\{character}" if character in "*?[\\" else character for character in path)
