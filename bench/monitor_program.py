"""`python -m bench.monitor_program SESSIONS UPDATES`: `ui`, fed by a generator instead of watches.

All but the source is what a user starts. UPDATES is how many changes there are in a second.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.cli.main import run
from kubectl_kubestash.resolve import names
from tui import cluster_source
from tui.rows import BACKUP
from tui.session_row import SessionKey
from tui.source import Overview

from . import session_objects

if TYPE_CHECKING:
    from tui.source import Inbox, Trouble

Object = dict[str, Any]
NAMESPACE = "shop"
_FIRST, _QUARTER_HOUR = 1793491200, 900
"""A time of 2026, in seconds, as names of runs have it."""
_NEWEST = 50
_TICKS = 10


class GeneratedSource:
    """Sessions of a large cluster, and what operators and runners write to them."""

    is_synced = True

    def __init__(self, count: int, rate: int, scope: str = "") -> None:
        self.scope = scope
        self._count, self._rate = count, rate
        self._phases = {phase: self._like(phase) for phase in ("Running", "Succeeded", "Failed")}
        self._sessions: dict[SessionKey, Object] = {}
        self._keys: list[SessionKey] = []
        self._snapshot: Object = {}
        self._is_stopped = threading.Event()

    def start(self, inbox: Inbox) -> None:
        """All of them at once, then changes."""
        for number in range(self._count):
            phase = "Failed" if number % 10 == 3 else "Succeeded"
            name = names.backup_session("shop-database", "frequent-backup", _time(number))
            key = SessionKey(BACKUP, NAMESPACE, name)
            self._keys.append(key)
            self._sessions[key] = self._made(key, phase, number)
            inbox.put(key, self._sessions[key])
        threading.Thread(target=self._change, args=(inbox,), daemon=True).start()

    def stop(self) -> None:
        """No more changes."""
        self._is_stopped.set()

    def rescope(self, namespace: str) -> None:
        """There is only one namespace."""

    def session(self, key: SessionKey) -> Object | None:
        """One of them."""
        return self._sessions.get(key)

    def snapshots(self, key: SessionKey) -> list[Object]:  # noqa: ARG002 - all are alike
        """How far it is."""
        return [self._snapshot] if self._snapshot else []

    def troubles(self) -> tuple[Trouble, ...]:
        """None."""
        return ()

    def events(self, key: SessionKey) -> list[Object]:  # noqa: ARG002 - nothing happened
        """None."""
        return []

    def log(self, key: SessionKey) -> list[str]:  # noqa: ARG002 - nothing was printed
        """None."""
        return []

    def namespaces(self) -> list[str]:
        """One."""
        return [NAMESPACE]

    def overview(self) -> Overview:
        """No schedules."""
        return Overview([], list(self._sessions.values()), [])

    def _change(self, inbox: Inbox) -> None:
        """Half of the changes are on the screen, half anywhere; each fifth is progress."""
        dice, written = random.Random(1), 0
        while not self._is_stopped.wait(1 / _TICKS):
            for _ in range(self._rate // _TICKS):
                written += 1
                near = written % 2 == 0
                number = self._count - 1 - dice.randrange(_NEWEST if near else self._count)
                key = self._keys[number]
                if written % 5 == 0:
                    self._snapshot = _progress(written % 100)
                    inbox.touch(key)
                    continue
                self._sessions[key] = self._made(key, dice.choice(list(self._phases)), number)
                inbox.put(key, self._sessions[key])

    def _made(self, key: SessionKey, phase: str, number: int) -> Object:
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_time(number)))
        metadata = {"name": key.name, "namespace": key.namespace, "creationTimestamp": created}
        return {**self._phases[phase], "metadata": metadata}

    def _like(self, phase: str) -> Object:
        made = session_objects.manifest(0, NAMESPACE)
        number = 3 if phase == "Failed" else 0
        running = phase == "Running"
        status = session_objects.running(made) if running else session_objects.ended(made, number)
        return {**made, "status": status}


def _time(number: int) -> int:
    return _FIRST + _QUARTER_HOUR * number


def _progress(percent: int) -> Object:
    figures = {"percentDone": f"{percent}%", "backupDone": f"{percent}MB", "total": "100MB"}
    stats = {"progress": {**figures, "speed": "7MB/s", "secondsElapsed": percent}}
    components = {"dump": {"phase": "Running", "resticStats": [stats]}}
    return {"metadata": {"name": "s"}, "spec": {}, "status": {"components": components}}


def main() -> int:
    """Run it."""
    count, rate = int(sys.argv[1]), int(sys.argv[2])
    made = GeneratedSource(count, rate)
    cluster_source.ClusterSource = lambda *_: made  # type: ignore[misc,assignment]
    return run(["ui", "-A", "-s", "https://127.0.0.1:1", "--readonly"])


if __name__ == "__main__":
    sys.exit(main())
