"""Which object is looked at next?

The rules of client-go's work queue (https://pkg.go.dev/k8s.io/client-go/util/workqueue): a key
waits at most once, a key that is being worked on is handed out again only after `done`, a key that
failed comes back after a delay that doubles. All times are of a monotonic clock, so a clock that is
set moves nothing.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from .histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")

_LONGEST_SLEEP = 5.0


class WorkQueue(Generic[K]):
    """A de-duplicating queue with delays and a back-off for each key. Safe between threads."""

    def __init__(
        self,
        *,
        first_delay: float = 0.005,
        longest_delay: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = lambda: random.uniform(0.9, 1.1),
    ) -> None:
        self._changed = threading.Condition()
        self._ready: deque[K] = deque()
        self._waiting: dict[K, float] = {}
        self._busy: dict[K, float] = {}
        self._later: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}
        self._failures: dict[K, int] = {}
        self._serial = 0
        self._stopped = False
        self._first_delay = first_delay
        self._longest_delay = longest_delay
        self._clock = clock
        self._jitter = jitter
        self.adds = 0
        """How often a key was put in; one that was waiting already does not count."""
        self.retries = 0
        self.waited = Histogram()
        """How long keys were waiting, from the moment at which they were due."""
        self.worked = Histogram()
        """How long keys were worked on."""

    def add(self, key: K) -> None:
        """Look at this key as soon as possible. Adding it again changes nothing."""
        with self._changed:
            self._enqueue(key)

    def add_after(self, key: K, seconds: float) -> None:
        """Look at this key after a delay; nothing happens when it is looked at earlier anyway."""
        with self._changed:
            if seconds <= 0:
                self._enqueue(key)
                return
            moment = self._clock() + seconds
            if key in self._waiting or self._due.get(key, moment + 1) <= moment:
                return
            self._due[key] = moment
            self._serial += 1
            heapq.heappush(self._later, (moment, self._serial, key))
            self._changed.notify()

    def retry(self, key: K) -> float:
        """Look at this key again after its back-off; the delay in seconds that was chosen."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self.retries += 1
        delay = self._first_delay * 2.0 ** min(failures - 1, 40)
        delay = min(self._longest_delay, delay) * self._jitter()
        self.add_after(key, delay)
        return delay

    def succeeded(self, key: K) -> None:
        """Forget the failures of this key."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        """How often this key has failed in a row."""
        return self._failures.get(key, 0)

    def get(self, timeout: float | None = None) -> K | None:
        """The next key, to be given back with `done`; None when stopped or after `timeout`."""
        until = None if timeout is None else self._clock() + timeout
        with self._changed:
            while not self._stopped:
                self._promote()
                if self._ready:
                    key = self._ready.popleft()
                    now = self._clock()
                    self.waited.observe(now - self._waiting.pop(key))
                    self._busy[key] = now
                    return key
                if until is not None and self._clock() >= until:
                    return None
                self._changed.wait(self._nap(until))
            return None

    def done(self, key: K) -> None:
        """Work on the key is over; if it was added meanwhile it is ready again."""
        with self._changed:
            self.worked.observe(self._clock() - self._busy.pop(key))
            if key in self._waiting:
                self._ready.append(key)
            self._changed.notify()

    def stop(self) -> None:
        """Hand out nothing any more; keys being worked on finish."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def is_idle(self) -> bool:
        """Whether nothing is ready and nothing is being worked on; delayed keys do not count."""
        with self._changed:
            self._promote()
            return not self._ready and not self._busy

    def longest_running(self) -> float:
        """Seconds since the key was handed out that has been worked on for longest; 0 if none."""
        with self._changed:
            return self._clock() - min(self._busy.values()) if self._busy else 0.0

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _enqueue(self, key: K) -> None:
        if self._stopped or key in self._waiting:
            return
        self._waiting[key] = self._clock()
        self.adds += 1
        if key not in self._busy:
            self._ready.append(key)
            self._changed.notify()

    def _promote(self) -> None:
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            moment, _, key = heapq.heappop(self._later)
            if self._due.get(key) == moment:
                del self._due[key]
                self._enqueue(key)

    def _nap(self, until: float | None) -> float | None:
        moments = [moment for moment in (until,) if moment is not None]
        if self._later:
            moments.append(self._later[0][0])
        if not moments:
            return None
        return max(0.0, min(_LONGEST_SLEEP, min(moments) - self._clock()))
