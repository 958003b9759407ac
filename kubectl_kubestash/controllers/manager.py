"""Hands keys from the watches to the reconcilers, with workers, back-off and counters.

The only place that catches everything: an object that makes its reconciler fail is told about and
tried again later, and all others go on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import ObjectKey, Resource
from ..errors import Conflict, KubeStashError, NotFound, Refused
from .histogram import Histogram
from .queue import WorkQueue

if TYPE_CHECKING:
    from .result import Result

log = logging.getLogger(__name__)

Reconcile = Callable[[ObjectKey], "Result"]

_TOLD_AFTER = 8
"""So often in a row nobody is faster by chance: from then on it is told."""


class Item(NamedTuple):
    """One object to be looked at."""

    resource: Resource
    key: ObjectKey

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.key}"


class Manager:
    """Worker threads over one queue of all kinds."""

    def __init__(
        self,
        reconcilers: Mapping[Resource, Reconcile],
        *,
        workers: int,
        on_error: Callable[[Item, KubeStashError | None, str], None],
    ) -> None:
        self.queue: WorkQueue[Item] = WorkQueue()
        self.reconciles: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        """By kind, and one of `success`, `requeue_after`, `requeue` and `error`."""
        self.times = {resource.kind: Histogram() for resource in reconcilers}
        self.seconds: deque[float] = deque(maxlen=512)
        """How long the last passes took."""
        self._reconcilers = reconcilers
        self._workers = workers
        self._on_error = on_error
        self._threads: list[threading.Thread] = []

    def enqueue(self, wishes: Iterable[tuple[Item, float]]) -> None:
        """Look at these objects, each after so many seconds."""
        for item, delay in wishes:
            if item.resource in self._reconcilers:
                self.queue.add_after(item, delay)

    def start(self) -> None:
        """Start the workers."""
        for number in range(self._workers):
            thread = threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 30.0) -> bool:
        """Let the workers finish what they are doing; whether they did in time."""
        self.queue.stop()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def is_stuck(self, limit: float) -> bool:
        """Whether a worker is gone, or has been on one object for more than `limit` seconds."""
        is_alive = all(thread.is_alive() for thread in self._threads)
        return not is_alive or self.queue.longest_running() > limit

    def _work(self) -> None:
        while (item := self.queue.get()) is not None:
            try:
                self._reconcile(item)
            except Exception:
                # Even telling about a failure failed. A worker that is gone would never be missed.
                log.exception("%s", item)
            finally:
                self.queue.done(item)

    def _reconcile(self, item: Item) -> None:
        kind = item.resource.kind
        self.reconciles[kind] += 1
        started = time.perf_counter()
        try:
            result = self._reconcilers[item.resource](item.key)
        except (Conflict, NotFound) as error:
            # Somebody was faster: look again at what is there now.
            if self.queue.failures(item) < _TOLD_AFTER:
                self.outcomes[kind, "requeue"] += 1
                self.queue.retry(item)
            else:
                self._failed(item, error, error.message)
        except Refused:
            # The Lease is lost: the next operator goes on from here.
            self.outcomes[kind, "requeue"] += 1
            self.queue.retry(item)
        except KubeStashError as error:
            self._failed(item, error, error.message)
        except Exception as error:
            log.exception("%s", item)
            self._failed(item, None, f"{type(error).__name__}: {error}")
        else:
            self.queue.succeeded(item)
            self.outcomes[kind, "success" if result.after is None else "requeue_after"] += 1
            if result.after is not None:
                self.queue.add_after(item, result.after.total_seconds())
        finally:
            seconds = time.perf_counter() - started
            self.seconds.append(seconds)
            self.times[kind].observe(seconds)

    def _failed(self, item: Item, error: KubeStashError | None, message: str) -> None:
        self.errors[item.resource.kind] += 1
        self.outcomes[item.resource.kind, "error"] += 1
        delay = self.queue.retry(item)
        log.warning("%s: %s (again in %.1fs)", item, message, delay)
        self._on_error(item, error, message)
