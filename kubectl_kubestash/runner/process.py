"""Runs one program and sees to it that it ends.

The child has a process group of its own, an environment from an allow list, and no stdin. It is
watched by progress, not only by time: a server that accepts a connection and then says nothing
hangs restic without a word. It is asked to stop first, because restic removes its lock then; it is
killed when it does not, and always reaped.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import Interrupted, Stalled, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .command import Command
    from .redact import Redactor

KEEP_LINES = 20
"""How many of the last lines on stderr are worth keeping."""

_LIVELY = 256 * 1024
"""Bytes that a child must move to count as alive: far above heartbeats and reconnects."""

_KILLED_WITHIN = 3.0
"""Seconds from SIGKILL to the end of all but what hangs in the kernel."""

_TICK = 0.2
_CLOSED = "closed"


@dataclass(frozen=True)
class Limits:
    """When to give up on a child, in seconds. None means never."""

    total: float | None = None
    stall: float | None = None
    """No bytes moved, no figure changed."""

    grace: float = 20.0
    """Between the request to stop and SIGKILL: less than the 30 s that a pod is given."""


@dataclass(frozen=True)
class Finished:
    """How a child ended."""

    exit_code: int
    """Negative: the signal that ended it."""

    stderr: str
    """Its last lines there, redacted."""


@dataclass(frozen=True)
class Streams:
    """Open files for a child, which gets them; our ends are closed once it has started or not."""

    stdin: int | None = None
    """None: nothing to read."""

    stdout: int | None = None
    """None: what it prints is heard line by line."""

    def close(self) -> None:
        """Close our ends, once."""
        for descriptor in (self.stdin, self.stdout):
            if descriptor is not None:
                os.close(descriptor)


@dataclass
class Listener:
    """Who hears the lines of a child; both are called in the thread that runs it."""

    stdout: Callable[[str], None] = lambda _line: None
    stderr: Callable[[str], None] = lambda _line: None
    vital_sign: Callable[[], object] = lambda: None
    """Any value that changes while work is done, such as the bytes reported so far."""


_HEARD = Streams()


@dataclass
class Supervisor:
    """Starts children and ends them; one for the whole runner."""

    redactor: Redactor
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the pod is asked to end."""

    ended: set[int] = field(default_factory=set)
    """Process ids of children that have ended: whatever lock they held is dead."""

    def run(
        self,
        command: Command,
        *,
        limits: Limits,
        listener: Listener | None = None,
        streams: Streams = _HEARD,
    ) -> Finished:
        """Run to the end. Raises Stalled, Interrupted, ToolError when it cannot be started.

        May be called in several threads at once.
        """
        try:
            if self.stop.is_set():
                said = f"{command.argv[0]} was not started: we are stopping."
                raise Interrupted(said, exit_code=0)
            child = _start(command, streams)
        finally:
            streams.close()
        listener = listener or Listener()
        self.ended.discard(child.pid)  # the number is in use again
        lines: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        readers = [_reader("stdout", child.stdout, lines), _reader("stderr", child.stderr, lines)]
        tail: deque[str] = deque(maxlen=KEEP_LINES)
        try:
            self._watch(command, child, lines, _Hearing(listener, tail, self.redactor), limits)
        finally:
            _end(child, limits.grace)
            if child.returncode is not None:
                self.ended.add(child.pid)
            for reader in readers:
                reader.join(timeout=limits.grace)
        _drain(lines, _Hearing(listener, tail, self.redactor))
        return Finished(child.returncode, "\n".join(tail))

    def _watch(
        self,
        command: Command,
        child: subprocess.Popen[bytes],
        lines: queue.SimpleQueue[tuple[str, str]],
        hearing: _Hearing,
        limits: Limits,
    ) -> None:
        pulse = _Pulse(child.pid, hearing.listener.vital_sign)
        started = next_look = time.monotonic()
        open_streams = 2
        while open_streams or child.poll() is None:
            try:
                stream, line = lines.get(timeout=_TICK)
            except queue.Empty:
                if child.poll() is not None:
                    return  # a grandchild may hold its streams open: that is no reason to wait
            else:
                open_streams -= stream == _CLOSED
                hearing.hear(stream, line)
            now = time.monotonic()
            if now >= next_look:
                next_look = now + _TICK
                self._check(command, pulse, now - started, hearing, limits)
            if not open_streams:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(_TICK)

    def _check(
        self, command: Command, pulse: _Pulse, waited: float, hearing: _Hearing, limits: Limits
    ) -> None:
        if self.stop.is_set():
            raise Interrupted(f"{command} was asked to stop.", exit_code=-signal.SIGTERM)
        if limits.total is not None and waited > limits.total:
            raise Stalled(_late(command, "did not end", limits.total, hearing), exit_code=0)
        if limits.stall is not None and pulse.silent_for() > limits.stall:
            raise Stalled(_late(command, "made no progress", limits.stall, hearing), exit_code=0)


@dataclass
class _Hearing:
    """Passes lines on and remembers the last ones of stderr."""

    listener: Listener
    tail: deque[str]
    redactor: Redactor

    def hear(self, stream: str, line: str) -> None:
        if stream == "stdout":
            self.listener.stdout(line)
        elif stream == "stderr":
            self.tail.append(self.redactor.text(line))
            self.listener.stderr(line)


class _Pulse:
    """How long a child has been doing nothing."""

    def __init__(self, pid: int, vital_sign: Callable[[], object]) -> None:
        self._io = Path(f"/proc/{pid}/io")
        self._sign = vital_sign
        self._last = (self._sign(), self._moved())
        self._since = time.monotonic()

    def silent_for(self) -> float:
        sign, moved = self._sign(), self._moved()
        if sign != self._last[0] or moved - self._last[1] >= _LIVELY:
            self._last = (sign, moved)
            self._since = time.monotonic()
        return time.monotonic() - self._since

    def _moved(self) -> int:
        """Bytes through read and write, sockets included; 0 when the kernel does not tell."""
        try:
            fields = dict(line.split(": ") for line in self._io.read_text().splitlines())
        except (OSError, ValueError):
            return 0
        return int(fields.get("rchar", 0)) + int(fields.get("wchar", 0))


def child_environment(
    names: tuple[str, ...], own: Mapping[str, str], inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of a child: `names` of ours as far as they are set, then `own`."""
    ours = os.environ if inherited is None else inherited
    return {**{name: ours[name] for name in names if name in ours}, **own}


def _start(command: Command, streams: Streams) -> subprocess.Popen[bytes]:
    # The child dies with us even when we are killed: restic then removes its lock.
    leash = ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()
    try:
        return subprocess.Popen(
            [*leash, *command.argv],
            env=dict(command.environment),
            stdin=subprocess.DEVNULL if streams.stdin is None else streams.stdin,
            stdout=subprocess.PIPE if streams.stdout is None else streams.stdout,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(f"{command.argv[0]} cannot be started: {error}", exit_code=127) from None


def _reader(
    name: str, stream: IO[bytes] | None, lines: queue.SimpleQueue[tuple[str, str]]
) -> threading.Thread:
    def read() -> None:
        if stream is not None:
            with stream:
                for line in stream:
                    lines.put((name, line.decode(errors="replace").rstrip("\n")))
        lines.put((_CLOSED, ""))

    thread = threading.Thread(target=read, daemon=True, name=f"read-{name}")
    thread.start()
    return thread


def _drain(lines: queue.SimpleQueue[tuple[str, str]], hearing: _Hearing) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            hearing.hear(*lines.get_nowait())


def _end(child: subprocess.Popen[bytes], grace: float) -> None:
    """Ask, wait, kill, reap. Does nothing when the child has ended already.

    A child that hangs in the kernel, as on a dead NFS server, outlives even SIGKILL: it is left.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILLED_WITHIN)):
        if child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)


def _late(command: Command, what: str, limit: float, hearing: _Hearing) -> str:
    said = " ".join(hearing.tail) or "nothing"
    return f"{command} {what} within {limit:g} s and was ended. Its last words: {said}"
