"""Runs a command in a container of an unprivileged user: `python enter.py PROCESS COMMAND…`.

bwrap gives such a container two user namespaces, one in the other; all else belongs to the outer
one, which nsenter before util-linux 2.39 cannot enter (user_namespaces(7), ioctl_ns(2)).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARENT = 0xB702
"""NS_GET_PARENT: the namespace around one."""


def main(process: str, command: Sequence[str]) -> int:
    """The exit code of the command."""
    inner, *others = (_opened(process, kind) for kind in ("user", "mnt", "ipc", "uts", "pid"))
    for each in (fcntl.ioctl(inner, _PARENT), *others):
        _join(each)
    child = os.fork()  # only children are in the namespace of processes
    if not child:
        _join(inner)
        os.execvp(command[0], list(command))  # noqa: S606 - no shell is meant
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF


def _opened(process: str, kind: str) -> int:
    return os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)


def _join(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
