"""What may a container take? Processes are always limited, memory where the manifest says so.

Root gets a control group for each container where the system has them
(https://docs.kernel.org/admin-guide/cgroup-v2.html, or version 1). Everybody else, and root without
them, is limited by setrlimit(2), which holds for all processes of one user together.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .quantity import number

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESSES = 1024
"""In one container; a thread counts as a process."""

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "kubestash-sandbox-"


class Limits:
    """Those of one container, from before it starts until `release`."""

    def __init__(self, container: Mapping[str, Any], name: str) -> None:
        asked = (container.get("resources") or {}).get("limits") or {}
        self._memory = number(asked["memory"]) if "memory" in asked else 0
        name = f"{_PREFIX}{os.getpid()}-{name}"
        wanted = {"pids.max": PROCESSES}
        if (_ROOT / "cgroup.controllers").exists():
            groups = {_ROOT / name: wanted | ({"memory.max": self._memory} if self._memory else {})}
        else:
            groups = {_ROOT / "pids" / name: wanted}
            if self._memory:
                groups[_ROOT / "memory" / name] = {"memory.limit_in_bytes": self._memory}
        self._groups = _made(groups) if os.geteuid() == 0 else []

    @property
    def before(self) -> list[str]:
        """What starts bwrap, so that it is a member of the groups."""
        joins = "".join(f"echo 0 > {group / 'cgroup.procs'} && " for group in self._groups)
        return ["/bin/sh", "-c", f'{joins}exec "$@"', "sh"] if joins else []

    @property
    def inside(self) -> list[str]:
        """What starts the command of the container."""
        memory = [] if self._groups or not self._memory else [f"--data={self._memory}"]
        processes = [] if self._groups else [f"--nproc={PROCESSES}"]
        return ["prlimit", "--core=0", *processes, *memory]

    def release(self) -> None:
        """Remove the groups. The kernel may still be about to clear up their last process."""
        for group in self._groups:
            for _ in range(20):
                with suppress(OSError):
                    group.rmdir()
                    break
                time.sleep(0.05)


def sweep() -> None:
    """Remove the groups of nodes that were killed."""
    for group in (*_ROOT.glob(f"{_PREFIX}*"), *_ROOT.glob(f"*/{_PREFIX}*")):
        owner = group.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            with suppress(OSError):
                group.rmdir()


def _made(groups: Mapping[Path, Mapping[str, int]]) -> list[Path]:
    """The groups with their limits; none where the system does not let us."""
    made: list[Path] = []
    try:
        for group, limits in groups.items():
            group.mkdir(exist_ok=True)
            made.append(group)
            for file, limit in limits.items():
                (group / file).write_text(str(limit))
    except OSError:
        for group in made:
            group.rmdir()
        return []
    return made
