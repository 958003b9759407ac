"""What one process keeps in memory while it works, without its children."""

from __future__ import annotations

import threading
from statistics import median

from .process import Failed, resident_mebibytes

_EVERY = 0.2


class Memory:
    """Samples of the resident memory of a process, from `with` to its end; in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.samples: list[float] = []

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def peak(self) -> float:
        """The most that was seen."""
        return max(self.samples)

    @property
    def growth(self) -> float:
        """From the second quarter of the run to the last one: how far it is from flat."""
        quarter = max(1, len(self.samples) // 4)
        return median(self.samples[-quarter:]) - median(self.samples[quarter : 2 * quarter])

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            try:
                self.samples.append(resident_mebibytes(self._pid))
            except (OSError, Failed):
                return
