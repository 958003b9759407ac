"""Processes of a cluster that outlive the command which started them, and those that do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from kubectl_kubestash import process_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class ProcessId(process_id.ProcessId):
    """One that can be written down, for commands that come later."""

    @classmethod
    def of_this(cls) -> ProcessId:
        return cls.of(os.getpid())

    @classmethod
    def read(cls, file: Path) -> ProcessId | None:
        """What `write` has kept, or None when there is no such file, or half of one."""
        try:
            pid, started = json.loads(file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return cls(int(pid), int(started))

    def write(self, file: Path) -> None:
        temporary = file.with_suffix(".new")
        temporary.write_text(json.dumps(self))
        temporary.replace(file)

    def end(self, number: signal.Signals = signal.SIGKILL, *, within: float = 10) -> bool:
        """Send a signal and wait until the process is gone.

        Raises TimeoutError when it still lives after `within` seconds.
        """
        if not super().end(number, within=within):
            raise TimeoutError(f"Process {self.pid} still lives after {within:g} s.")
        return True


def dies_with_this(argv: Sequence[str]) -> list[str]:
    """The command line of a child that does not outlive the thread that starts it."""
    return ["setpriv", "--pdeathsig", "KILL", "--", *argv]


def start(
    argv: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that dies with the thread that starts it; its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            dies_with_this(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else os.environ | dict(environment),
        )


def stop(process: subprocess.Popen[bytes], *, within: float = 10) -> None:
    """End a process that `start` has started: politely, then for good."""
    process.terminate()
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
