"""Processes that outlive the one who started them, told apart from later ones of the same id."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ProcessId(NamedTuple):
    """A process for good: ids come again, but not with the same start time."""

    pid: int
    started: int
    """Clock ticks since boot: field 22 of /proc/PID/stat, see proc(5)."""

    @classmethod
    def of(cls, pid: int, *, proc: Path = Path("/proc")) -> ProcessId:
        """The process that has this id now. Raises ProcessLookupError."""
        return cls(pid, int(_stat(pid, proc)[19]))

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

    @property
    def is_alive(self) -> bool:
        """Whether it runs. One that has ended, but that its parent has not reaped, does not."""
        try:
            stat = _stat(self.pid, Path("/proc"))
        except ProcessLookupError:
            return False
        return int(stat[19]) == self.started and stat[0] not in "ZX"

    def end(self, number: signal.Signals = signal.SIGKILL, *, within: float = 10) -> None:
        """Send a signal and wait until the process is gone. Nothing happens when it is gone.

        Raises TimeoutError when it still lives after `within` seconds.
        """
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.is_alive:  # asked with the handle open: it cannot become another one now
                signal.pidfd_send_signal(handle, number)
                _wait_for_exit(handle, self, within)
        finally:
            os.close(handle)


def _stat(pid: int, proc: Path) -> list[str]:
    """The fields of /proc/PID/stat from the third, the state, on."""
    try:
        stat = (proc / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise ProcessLookupError(pid) from error
    # The second field is the name in brackets, and may have blanks and brackets in it.
    return stat.rpartition(")")[2].split()


def _wait_for_exit(handle: int, process: ProcessId, within: float) -> None:
    if not select.select([handle], [], [], within)[0]:
        raise TimeoutError(f"Process {process.pid} still lives after {within:g} s.")


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
