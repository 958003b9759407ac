"""May a restore write here? And how the root of a volume gets its owner back.

A restore runs as root, so it writes below mounted volumes only, and no part of the way there may be
a symbolic link that somebody has put there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Refused
from .stored import nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .stored import RootNode

_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/run/secrets", "/var/run/secrets")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def mount_points(table: Path = Path("/proc/self/mountinfo")) -> tuple[str, ...]:
    """Where file systems are mounted, as we see it (proc(5), mountinfo, fifth field)."""
    lines = table.read_text().splitlines()
    return tuple(_ESCAPE.sub(lambda m: chr(int(m[1], 8)), line.split(" ")[4]) for line in lines)


def check_target(path: str, *, mounts: Sequence[str], forbidden: Sequence[str] = ()) -> None:
    """Raises Refused unless `path` is a directory at or below a mounted volume of the target.

    `forbidden` are mounts that are not the target's: the scratch directory, the backend.
    """
    if not path.startswith("/") or os.path.normpath(path) != path or path == "/":
        raise Refused(f"A restore to {path!r} is refused: it is not an absolute path below /.")
    for system in (*_SYSTEM, *(_normal(entry) for entry in forbidden)):
        if _is_below(path, system) or _is_below(system, path):
            raise Refused(f"A restore to {path} is refused: {system} is not part of the target.")
    _check_way(path)
    volume = max((mount for mount in mounts if _is_below(path, mount)), key=len, default="/")
    if volume == "/":
        raise Refused(f"A restore to {path} is refused: no volume of the target is mounted there.")


def restore_root(path: str, root: RootNode, *, narrate: Callable[[str], None]) -> None:
    """Give the directory the owner, mode and time that it had; restic leaves them as they are."""
    if os.geteuid() != 0:
        narrate(f"Owner and mode of {path} stay as they are: that takes root.")
        return
    os.chown(path, root.uid, root.gid, follow_symlinks=False)
    Path(path).chmod(root.mode)
    if root.mtime:
        moment = nanoseconds(root.mtime)
        os.utime(path, ns=(moment, moment))


def _check_way(path: str) -> None:
    way = Path("/")
    for part in Path(path).parts[1:]:
        way /= part
        if way.is_symlink():
            raise Refused(f"A restore to {path} is refused: {way} is a symbolic link.")
    if not way.is_dir():
        raise Refused(f"A restore to {path} is refused: there is no such directory.")


def _is_below(path: str, root: str) -> bool:
    return root in {"/", path} or path.startswith(f"{root}/")


def _normal(path: str) -> str:
    return os.path.normpath(path)
