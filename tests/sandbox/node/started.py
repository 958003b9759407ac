"""A container without a pod: started as the node starts it, with bubblewrap and all."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.sandbox.node import bubblewrap
from kubectl_kubestash.sandbox.node.bubblewrap import Identity
from kubectl_kubestash.sandbox.node.limits import Limits
from kubectl_kubestash.sandbox.node.process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kubectl_kubestash.sandbox.node.bubblewrap import Mount


@dataclass
class Started:
    """One container, run by the thread that makes it."""

    folder: Path
    script: str
    identity: Identity = field(default_factory=lambda: Identity(0, 0))
    mounts: Sequence[Mount] = ()

    def __post_init__(self) -> None:
        self.over = threading.Event()
        self.log = self.folder / "0.log"
        limits = Limits(f"test-{self.folder.name}")
        self.process = Process(
            lambda status: [
                *limits.before,
                *bubblewrap.argv(
                    [*limits.inside, "sh", "-c", self.script],
                    self.identity,
                    self.mounts,
                    status=status,
                    host_name="pod-1",
                ),
            ],
            {"PATH": bubblewrap.SYSTEM_PATH},
            log=self.log,
            ended=self.over.set,
        )
        self.limits = limits

    def wait(self, *, within: float = 60) -> int | None:
        """Its exit code."""
        assert self.over.wait(within), f"still running after {within} s: {self.script}"
        self.limits.release()
        return self.process.exit_code

    @property
    def lines(self) -> list[str]:
        """What it has printed, without time and stream."""
        return [line.split(" ", 3)[3] for line in self.log.read_text().splitlines()]


def run(folder: Path, script: str, **more: Any) -> list[str]:
    """The lines that a script prints; it must succeed."""
    started = Started(folder, script, **more)
    assert started.wait() == 0, started.log.read_text()
    return started.lines
