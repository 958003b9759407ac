"""One container while it runs: a process in bubblewrap, its log, and how it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from io import FileIO

LOG_LIMIT = 10 * 1024 * 1024
"""Bytes of a log before it begins anew, without what it had."""

_CHUNK = 16 * 1024


class Process:
    """Starts at once. It dies with the thread that has made it, so that nothing outlives us.

    `argv` gets the number of the descriptor that bwrap reports to; `ended` is called, on a thread
    of ours, when the process is over and its log complete.
    """

    def __init__(
        self,
        argv: Callable[[int], Sequence[str]],
        environment: Mapping[str, str],
        *,
        log: Path,
        ended: Callable[[], None],
    ) -> None:
        self._status, theirs = os.pipe()
        self._path, self._ended = log, ended
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
        try:
            self._process = subprocess.Popen(
                argv(theirs),
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        self._reports = os.fdopen(self._status, "r")
        first = self._reports.readline()
        self.init = int(json.loads(first)["child-pid"]) if first else 0
        """The first process inside, as the host numbers it; it ends with the command, and all
        others with it."""
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as stdin:
            stdin.write(b"go\n")
        self.exit_code: int | None = None
        """How the command ended; 128 when it could not be started."""
        self.last_words = b""
        """The end of its log, for a container without a message of its own."""
        threading.Thread(target=self._follow, name=f"log {log.parent.name}", daemon=True).start()

    def terminate(self) -> None:
        """Ask the command to end."""
        with suppress(OSError, IndexError):
            children = Path(f"/proc/{self.init}/task/{self.init}/children").read_text().split()
            os.kill(int(children[0]), signal.SIGTERM)

    def kill(self) -> None:
        """End everything in the container at once."""
        outer = self._process.pid
        with suppress(OSError, IndexError):
            # Not bwrap around it: what it has begun to set up would live on without it.
            stat = Path(f"/proc/{self.init}/stat").read_text()
            if int(stat.rpartition(")")[2].split()[1]) == outer:
                os.kill(self.init, signal.SIGKILL)
                return
        if self._process.poll() is None:
            self._process.kill()

    def _follow(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        rest, is_open = b"", True
        with self._path.open("ab", buffering=0) as log, stream:
            while is_open:
                chunk = os.read(stream.fileno(), _CHUNK)
                self.last_words = (self.last_words + chunk)[-2048:]
                is_open = bool(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                parts = [(b"F", line) for line in lines]
                if rest and (len(rest) >= _CHUNK or not is_open):
                    parts, rest = [*parts, (b"P", rest)], b""
                with suppress(OSError):  # a full disk costs the log, not the container
                    _write(log, parts)
        code = self._process.wait()
        with self._reports as reports:
            has_run = any("exit-code" in line for line in reports)
        self.exit_code = 128 - code if code < 0 else code if has_run or code == 137 else 128
        self._ended()


def _write(log: FileIO, parts: Iterable[tuple[bytes, bytes]]) -> None:
    """In the format of the container runtime interface: time, stream, P or F, line."""
    head = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z stdout ").encode()
    if log.tell() > LOG_LIMIT:
        log.truncate(0)
    log.write(b"".join(head + flag + b" " + line + b"\n" for flag, line in parts))
