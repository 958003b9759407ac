"""What may a container take? Processes are always limited, memory where the manifest says so.

Root gets a control group for each container where the system has them
(https://docs.kernel.org/admin-guide/cgroup-v2.html, or version 1); everybody else, and a system
without, is limited by setrlimit(2), which holds for all processes of one user together.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .quantity import number

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESSES = 1024
"""In one container; a thread counts as a process."""

_ROOT = Path("/sys/fs/cgroup")


class Limits:
    """Those of one container, from before it starts until `release`."""

    def __init__(self, container: Mapping[str, Any], name: str) -> None:
        asked = (container.get("resources") or {}).get("limits") or {}
        self._memory = number(asked["memory"]) if "memory" in asked else 0
        self._groups = _groups(f"kubestash-sandbox-{name}", self._memory)

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
        """Remove the groups; their processes are gone."""
        for group in self._groups:
            with suppress(OSError):
                group.rmdir()


def _groups(name: str, memory: int) -> list[Path]:
    if os.geteuid() != 0:
        return []
    wanted = {"pids": {"pids.max": PROCESSES}}
    if (_ROOT / "cgroup.controllers").exists():
        limits = {"pids.max": PROCESSES, **({"memory.max": memory} if memory else {})}
        return _made([(_ROOT / name, limits)])
    if memory:
        wanted["memory"] = {"memory.limit_in_bytes": memory}
    return _made([(_ROOT / kind / name, limits) for kind, limits in wanted.items()])


def _made(groups: list[tuple[Path, dict[str, int]]]) -> list[Path]:
    """The groups with their limits; none where the system does not let us."""
    made: list[Path] = []
    try:
        for group, limits in groups:
            group.mkdir(exist_ok=True)
            made.append(group)
            for file, limit in limits.items():
                (group / file).write_text(str(limit))
    except OSError:
        for group in made:
            group.rmdir()
        return []
    return made
