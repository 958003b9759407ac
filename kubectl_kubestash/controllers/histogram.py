"""How long do things take? Counted in buckets, as Prometheus wants it, without needing it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import NamedTuple

BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the buckets in seconds; one more has no bound."""


class Counted(NamedTuple):
    """A histogram at one moment."""

    buckets: tuple[int, ...]
    """How many were in each bucket alone, the one without bound at the end."""

    total: float
    """All seconds together."""


class Histogram:
    """Counts durations. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._total = 0.0

    def observe(self, seconds: float) -> None:
        """One more, which took so long."""
        with self._lock:
            self._buckets[bisect_left(BOUNDS, seconds)] += 1
            self._total += seconds

    def counted(self) -> Counted:
        """What was counted until now."""
        with self._lock:
            return Counted(tuple(self._buckets), self._total)
