"""How soon the monitor shows ten thousand sessions, and what it costs to follow them."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .figure import Bar, Figure, Result
from .process import Failed, cpu_seconds, environment, peak_mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterator

SESSIONS, UPDATES = 10_000, 100
COLUMNS, LINES = 160, 50
PAINTS = 7
WATCHED = 20.0
"""Seconds for which updates are followed."""
FIRST_PAINT, CPU = Bar(1.2), Bar(8)
_SETTLED = 3.0
_LIMIT = 120.0


def measure() -> Figure:
    """First paints, one after the other; then a while with updates, and as long without."""
    paints = [_first_paint() for _ in range(PAINTS)]
    busy, memory = _share(UPDATES)
    idle, _ = _share(0)
    return Figure(
        f"ui with {SESSIONS} sessions on a terminal of {COLUMNS}x{LINES}, whole process",
        [
            Result("first paint", "s", [seconds for seconds, _ in paints], FIRST_PAINT),
            Result("CPU until then", "s", [cpu for _, cpu in paints]),
            Result(f"{UPDATES} updates a second", "% of a core", [busy], CPU),
            Result("no updates", "% of a core", [idle]),
            Result("memory", "MiB", [memory]),
        ],
        {"niceness": os.nice(0)},
    )


class _Screen:
    """A terminal with the monitor on it."""

    def __init__(self, rate: int) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        words = [sys.executable, "-m", "bench.monitor_program", str(SESSIONS), str(rate)]
        env = environment(TERM="xterm-256color", LANG="C.UTF-8")
        self.began = time.perf_counter()
        self.process = subprocess.Popen(words, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)

    def until(self, text: bytes) -> None:
        """Read until it was drawn. Raises Failed with what was drawn instead."""
        seen = b""
        while text not in seen:
            seen += self._read(_LIMIT) or self._fail(seen)

    def watch(self, seconds: float) -> None:
        """Read as a terminal does, so that it never waits for us."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def close(self) -> None:
        """Leave as a user does; by force when that does not help."""
        os.write(self._ours, b"q")
        end = time.monotonic() + _LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.1)
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._ours, 1 << 16)
        except OSError:
            return b""  # what was on it has ended

    def _fail(self, seen: bytes) -> bytes:
        raise Failed(f"the monitor has drawn only this: {seen[-2000:]!r}")


@contextmanager
def _screen(rate: int) -> Iterator[_Screen]:
    screen = _Screen(rate)
    try:
        yield screen
    finally:
        screen.close()


def _first_paint() -> tuple[float, float]:
    with _screen(0) as screen:
        screen.until(f"1/{SESSIONS}".encode())
        return time.perf_counter() - screen.began, cpu_seconds(screen.process.pid)


def _share(rate: int) -> tuple[float, float]:
    with _screen(rate) as screen:
        screen.until(f"1/{SESSIONS}".encode())
        screen.watch(_SETTLED)
        before, began = cpu_seconds(screen.process.pid), time.monotonic()
        screen.watch(WATCHED)
        used = cpu_seconds(screen.process.pid) - before
        return 100 * used / (time.monotonic() - began), peak_mebibytes(screen.process.pid)
