"""Which sandbox is in a folder, and which process runs it? Ids of processes come again."""

from __future__ import annotations

import json
import os
import select
import signal
from pathlib import Path
from typing import NamedTuple

from .. import __version__

FORMAT = 1
"""Of what is kept in the folder; another number is another sandbox's."""


class ProcessId(NamedTuple):
    """A process for good: ids come again, but not with the same start time."""

    pid: int
    started: int
    """Clock ticks since boot: field 22 of /proc/PID/stat, see proc(5)."""

    @classmethod
    def of(cls, pid: int) -> ProcessId:
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


class Record(NamedTuple):
    """What `sandbox.json` says, and `operator.json` of the operator."""

    process: ProcessId
    port: int
    version: str = __version__
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path, name: str = "sandbox.json") -> Record | None:
        """What a folder says; None when it says nothing, or half of something."""
        try:
            raw = json.loads((folder / name).read_text())
            process = ProcessId(int(raw["pid"]), int(raw["started"]))
            return cls(process, int(raw["port"]), str(raw["version"]), int(raw["format"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path, name: str = "sandbox.json") -> None:
        """Replace what the folder says, at once or not at all."""
        content = {"format": self.format, "version": self.version, "port": self.port}
        temporary = folder / f"{name}.new"
        temporary.write_text(json.dumps(content | self.process._asdict()) + "\n")
        temporary.replace(folder / name)
