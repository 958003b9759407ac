"""One container while it runs: a process in bubblewrap, its log, and how it ended."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LOG_LIMIT = 10 * 1024 * 1024
"""Bytes of a log before it is put aside as `….log.1`, in the place of an older one; a kubelet's
default (https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-rotation)."""

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
        self._log, self._ended = _Log(log), ended
        try:
            self._process = subprocess.Popen(
                argv(theirs),
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
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
        self.last_words = ""
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
        streams = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        with self._log as log, selectors.DefaultSelector() as selector:
            for name, stream in streams.items():
                assert stream is not None
                selector.register(stream, selectors.EVENT_READ, (name.encode(), stream))
            while selector.get_map():
                for key, _ in selector.select():
                    name, stream = key.data
                    chunk = os.read(key.fd, _CHUNK)
                    log.write(name, chunk)
                    if not chunk:
                        selector.unregister(stream)
                        stream.close()
            self.last_words = log.last_words
        code = self._process.wait()
        with self._reports as reports:
            has_run = any("exit-code" in line for line in reports)
        self.exit_code = 128 - code if code < 0 else code if has_run or code == 137 else 128
        self._ended()


class _Log:
    """A file in the format of the container runtime interface: time, stream, P or F, line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._file = path, path.open("ab", buffering=0)
        self._rest = {b"stdout": b"", b"stderr": b""}
        self._tail = b""

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def last_words(self) -> str:
        """The end of it, for a container without a message of its own."""
        return self._tail.decode(errors="replace")

    def write(self, stream: bytes, chunk: bytes) -> None:
        """What has come now; nothing means that the stream is over."""
        self._tail = (self._tail + chunk)[-2048:]
        *lines, rest = (self._rest[stream] + chunk).split(b"\n")
        is_long = len(rest) >= _CHUNK or not chunk
        head = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z").encode() + b" " + stream
        out = b"".join([head + b" F " + line + b"\n" for line in lines])
        if rest and is_long:
            out += head + b" P " + rest + b"\n"
        self._rest[stream] = b"" if is_long else rest
        with suppress(OSError, ValueError):  # a full disk costs the log, not the container
            if self._file.tell() + len(out) > LOG_LIMIT:
                self._file.close()
                self._path.replace(f"{self._path}.1")
                self._file = self._path.open("ab", buffering=0)
            self._file.write(out)
