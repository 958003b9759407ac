"""The operator as its Deployment keeps it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from tests.flows.world import Operator


@dataclass
class KeptOperator(Operator):
    """An operator that is started again whenever it ends, as its Deployment would do."""

    starts: int = field(default=0, init=False)
    _kept: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it for the first time and keep it running from then on."""
        self._kept.set()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End it at once; it is started again in a moment."""
        if self.process is not None:
            self.process.kill()

    def stop(self) -> int:
        """End it for good."""
        self._kept.clear()
        if self._thread is not None:
            self._thread.join()
        return super().stop()

    def _keep(self) -> None:
        while self._kept.is_set():
            if not self.is_running():
                self.starts += 1
                super().start()
            time.sleep(0.2)
