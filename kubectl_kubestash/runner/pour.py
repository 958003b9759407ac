"""Pours what one child prints into another one, without keeping any of it.

The second must not see the end before the first has ended well: psql takes the end of its input for
the end of the script, and commits. So the bytes pass through here, from pipe to pipe inside the
kernel (splice(2)), and when the first fails the second is ended with its input still open.
"""

from __future__ import annotations

import fcntl
import os
import select
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import Interrupted, ToolError
from .process import Limits, Listener, Streams, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

    from .command import Command
    from .process import Finished

_CHUNK = 1 << 20
_PEEK = 1 << 16


class _Either(threading.Event):
    """Set when it is set itself, or when another event is."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


@dataclass
class Flow:
    """The bytes on their way; `moved` of them have arrived."""

    source: int
    moved: int = 0
    held: bytes = b""
    """What was read to have a look at it."""

    waits: bool = False
    """Whether the second child has not taken yet what it was given."""

    def peek(self) -> bytes:
        """The first bytes; nothing when there are none."""
        while len(self.held) < _PEEK and (more := os.read(self.source, _PEEK)):
            self.held += more
        return self.held

    def read(self) -> bytes:
        """The next bytes, which the caller gives on with `give`; nothing at the end."""
        held, self.held = self.held, b""
        return held or os.read(self.source, _PEEK)

    def give(self, sink: int, data: bytes, *, added: bool = False) -> None:
        """Hand on bytes; those that are `added` were not in the source."""
        self.waits = True
        view = memoryview(data)
        while view:
            view = view[os.write(sink, view) :]
        self.waits = False
        self.moved += 0 if added else len(data)

    def rush(self, sink: int) -> None:
        """Hand on all the rest."""
        self.give(sink, self.read())
        arrival = select.poll()
        arrival.register(self.source, select.POLLIN)
        while True:
            arrival.poll()
            self.waits = True
            count = os.splice(self.source, sink, _CHUNK)
            self.waits = False
            if not count:
                return
            self.moved += count

    def sign_of_life(self) -> object:
        """Changes while bytes move, and while it is not the source's fault that none do."""
        return time.monotonic() if self.waits else self.moved


@dataclass
class Pour:
    """One run of two children; `abort` ends the second one."""

    supervisor: Supervisor
    stall: float | None = None
    """Seconds without a byte from the first, while the second waits for it."""

    grace: float = 20.0
    abort: threading.Event = field(init=False)

    def __post_init__(self) -> None:
        self.abort = _Either(self.supervisor.stop)

    def run(
        self,
        source: Command,
        choose: Callable[[bytes], tuple[Command, Callable[[Flow, int], None]]],
        *,
        hear_source: Callable[[str], None],
        hear_sink: Callable[[str], None],
        on_progress: Callable[[int], None] = lambda _bytes: None,
    ) -> Poured:
        """Start the first, look at its first bytes, start the second that `choose` names.

        `choose` also says how the bytes are handed on. Raises Stalled, Interrupted, ToolError, and
        what `choose` raises.
        """
        reading, printing = _pipe()
        flow = Flow(reading)
        watcher = _Watcher(flow, on_progress)
        with ThreadPoolExecutor(max_workers=2) as pool:
            first = pool.submit(self._source, source, printing, flow, hear_source)
            try:
                with watcher:
                    return self._into(pool, first, flow, choose, hear_sink)
            finally:
                os.close(reading)  # a source that still prints ends now

    def _into(
        self,
        pool: ThreadPoolExecutor,
        first: Future[Finished],
        flow: Flow,
        choose: Callable[[bytes], tuple[Command, Callable[[Flow, int], None]]],
        hear: Callable[[str], None],
    ) -> Poured:
        beginning = flow.peek()
        if not beginning:
            return Poured(first.result(), None, 0)
        command, hand_on = choose(beginning)
        taking, giving = _pipe()
        sinks = Supervisor(self.supervisor.redactor, self.abort)
        second = pool.submit(
            sinks.run,
            command,
            limits=Limits(grace=self.grace),
            listener=Listener(stderr=hear),
            streams=Streams(stdin=taking),
        )
        try:
            with suppress(BrokenPipeError):  # it has ended, and its exit code says why
                hand_on(flow, giving)
                if first.result().exit_code != 0:
                    self.abort.set()
        except BaseException:
            self.abort.set()
            raise
        finally:
            if self.abort.is_set():
                second.exception()
            os.close(giving)
        ended = first.result() if first.done() else None
        return Poured(ended, _sink_end(second, self.abort), flow.moved)

    def _source(
        self, command: Command, printing: int, flow: Flow, hear: Callable[[str], None]
    ) -> Finished:
        try:
            return self.supervisor.run(
                command,
                limits=Limits(stall=self.stall, grace=self.grace),
                listener=Listener(stderr=hear, vital_sign=flow.sign_of_life),
                streams=Streams(stdout=printing),
            )
        except ToolError:
            self.abort.set()
            raise


@dataclass(frozen=True)
class Poured:
    """How both have ended."""

    source: Finished | None
    """None: it was cut off, because the second had ended."""

    sink: Finished | None
    """None: it was never started, or ended by us."""

    moved: int
    """Bytes of the first that the second was given."""


def _sink_end(second: Future[Finished], abort: threading.Event) -> Finished | None:
    try:
        return second.result()
    except Interrupted:
        if abort.is_set():
            return None
        raise


class _Watcher:
    """Tells now and then how many bytes have moved."""

    def __init__(self, flow: Flow, tell: Callable[[int], None]) -> None:
        self._flow, self._tell = flow, tell
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="pour")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(1.0):
            self._tell(self._flow.moved)


def _pipe() -> tuple[int, int]:
    """A roomy pipe: fewer changes between the two children."""
    reading, writing = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _CHUNK)
    return reading, writing
