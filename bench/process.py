"""How long a program takes, from start to exit, and what it costs."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024


class Failed(Exception):
    """A program that is measured ended with an error; the message has what it printed."""


class Run(NamedTuple):
    """One run of a program, the processes it waited for included."""

    seconds: float
    cpu_seconds: float


def environment(**changes: str) -> dict[str, str]:
    """Ours, but children keep byte code: without it each Python start takes three times as long."""
    inherited = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    return inherited | changes


_UNWANTED = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPROFILEIMPORTTIME"}


def run(argv: Sequence[str | Path], env: Mapping[str, str], *, log: Path | None = None) -> Run:
    """Run a program to its end. Raises Failed unless it exits with 0."""
    with (log or Path(os.devnull)).open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()  # we are asked to end, and so is it
            process.wait()
            raise
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text(errors="replace")[-2000:] if log else "(output was dropped)"
        raise Failed(f"{' '.join(map(str, argv))} ended with {process.returncode}: {said}")
    return Run(seconds, usage.ru_utime + usage.ru_stime)


def output(argv: Sequence[str | Path], env: Mapping[str, str]) -> str:
    """What a program prints. Raises Failed unless it exits with 0."""
    done = subprocess.run(
        argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used so far: fields 14 and 15 of /proc/PID/stat, see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_mebibytes(pid: int) -> float:
    """Most resident memory that a process has had: VmHWM of /proc/PID/status."""
    return _mebibytes(pid, "VmHWM")


def resident_mebibytes(pid: int) -> float:
    """Resident memory that a process has now: VmRSS of /proc/PID/status."""
    return _mebibytes(pid, "VmRSS")


def _mebibytes(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / _KIB
    raise Failed(f"process {pid} has ended")
