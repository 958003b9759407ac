"""How many processes may a container have? Limits of CPU and memory are not honoured.

Root gets a control group for each container where the system has them
(https://docs.kernel.org/admin-guide/cgroup-v2.html, or version 1). Everybody else, and root without
them, is limited by setrlimit(2), which holds for all processes of one user together.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

PROCESSES = 1024
"""In one container; a thread counts as a process."""

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "kubestash-sandbox-"


class Limits:
    """Those of one container, from before it starts until `release`."""

    def __init__(self, name: str) -> None:
        parent = _ROOT if (_ROOT / "cgroup.controllers").exists() else _ROOT / "pids"
        group = parent / f"{_PREFIX}{os.getpid()}-{name}"
        self._group = group if os.geteuid() == 0 and _is_made(group) else None

    @property
    def before(self) -> list[str]:
        """What starts bwrap, so that it is a member of the group."""
        if self._group is None:
            return []
        return ["/bin/sh", "-c", f'echo 0 > {self._group}/cgroup.procs && exec "$@"', "sh"]

    @property
    def inside(self) -> list[str]:
        """What starts the command of the container."""
        processes = [] if self._group else [f"--nproc={PROCESSES}"]
        return ["prlimit", "--core=0", *processes]

    def release(self) -> None:
        """Remove the group. The kernel may still be about to clear up its last process."""
        for _ in range(20):
            with suppress(OSError):
                if self._group:
                    self._group.rmdir()
                return
            time.sleep(0.05)


def sweep() -> None:
    """Remove the groups of nodes that were killed."""
    for group in (*_ROOT.glob(f"{_PREFIX}*"), *_ROOT.glob(f"pids/{_PREFIX}*")):
        owner = group.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            with suppress(OSError):
                group.rmdir()


def _is_made(group: Path) -> bool:
    """Whether the system lets us make it, with its limit."""
    try:
        group.mkdir(exist_ok=True)
        (group / "pids.max").write_text(str(PROCESSES))
    except OSError:
        with suppress(OSError):
            group.rmdir()
        return False
    return True
