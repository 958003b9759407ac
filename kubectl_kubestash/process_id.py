"""Processes that outlive the one who started them, told apart from later ones of the same id."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path
from typing import NamedTuple, Self


class ProcessId(NamedTuple):
    """A process for good: ids come again, but not with the same start time."""

    pid: int
    started: int
    """Clock ticks since boot: field 22 of /proc/PID/stat, see proc(5)."""

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has this id now. Raises ProcessLookupError."""
        return cls(pid, int(_stat(pid)[19]))

    @property
    def is_alive(self) -> bool:
        """Whether it runs, and is not a later one of the same id, nor waits to be buried."""
        try:
            stat = _stat(self.pid)
        except ProcessLookupError:
            return False
        return int(stat[19]) == self.started and stat[0] not in "ZX"

    def end(self, number: signal.Signals, *, within: float) -> bool:
        """Send a signal; whether the process is gone after at most `within` seconds."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.is_alive:  # asked with the handle open: it cannot become another one now
                return True
            signal.pidfd_send_signal(handle, number)
            return bool(select.select([handle], [], [], within)[0])
        finally:
            os.close(handle)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third, the state, on. Raises ProcessLookupError."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError as error:
        raise ProcessLookupError(pid) from error
    # The second field is the name in brackets, and may have blanks and brackets in it.
    return stat.rpartition(")")[2].split()
