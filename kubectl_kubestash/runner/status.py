"""Reports to the API server: progress as it comes, the result until it has arrived.

A merge patch of one component's map, without a precondition: nobody else writes there once it is
claimed. Progress may get lost; a result is repeated until the API server takes it, and stands in
the termination message in any case.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ClusterError, Conflict, Forbidden, NotFound, Unauthorized, Unreachable
from ..resolve.sizes import decimal_size

if TYPE_CHECKING:
    from types import TracebackType

    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Client
    from .output import Progress
    from .process import Supervisor

Fields = Mapping[str, Any]
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0


class ComponentReport:
    """What we tell about one component of a Snapshot or RestoreSession.

    As a context manager it sends the latest progress every `interval` seconds, in a thread of its
    own: an API server that does not answer must not hold up the work.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource,
        key: ObjectKey,
        component: str,
        *,
        supervisor: Supervisor,
        interval: float,
        narrate: Callable[[str], None],
    ) -> None:
        self._client = client
        self._resource = resource
        self._key = key
        self._component = component
        self._supervisor = supervisor
        self._interval = interval
        self._narrate = narrate
        self._latest: Fields | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_progress, daemon=True, name="progress")

    def __enter__(self) -> ComponentReport:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, fields: Fields) -> None:
        """Send this when it is time, unless something newer comes before."""
        self._latest = fields

    def result(self, fields: Fields, *, patience: float) -> bool:
        """Send the result; whether it arrived within `patience` seconds."""
        deadline = time.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                self._patch(fields)
            except (NotFound, Forbidden) as error:
                self._narrate(f"The result cannot be recorded: {error.message}")
                return False
            except ClusterError as error:
                self._narrate(f"The result could not be recorded yet: {error.message}")
                if time.monotonic() + pause > deadline:
                    return False
            else:
                return True
            # Not `stop.wait`: a result is worth the time that the pod still has.
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _patch(self, fields: Fields) -> None:
        safe = self._supervisor.redactor.errors(fields)
        patch = {"status": {"components": {self._component: safe}}}
        self._client.patch(self._resource, self._key, patch, subresource="status")

    def _send_progress(self) -> None:
        while not self._ended.wait(self._interval):
            fields, self._latest = self._latest, None
            if fields is None:
                continue
            try:
                self._patch(fields)
            except (Unreachable, Conflict, Unauthorized):
                continue
            except ClusterError as error:
                self._narrate(f"Progress cannot be recorded: {error.message}")


def backup_figures(progress: Progress) -> dict[str, Any]:
    """Progress of a backup as `resticStats[].progress`."""
    return {**_figures(progress), "backupDone": decimal_size(progress.bytes_done)}


def restore_figures(progress: Progress) -> dict[str, Any]:
    """Progress of a restore as `components{*}.progress`."""
    return {**_figures(progress), "restoreDone": decimal_size(progress.bytes_done)}


def _figures(progress: Progress) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "secondsElapsed": progress.seconds,
        "totalFiles": progress.total_files,
        "filesDone": progress.files_done,
        "total": decimal_size(progress.total_bytes),
    }
    if progress.percent > 0:
        figures["percentDone"] = f"{min(progress.percent, 1.0) * 100:.2f}%"
    if progress.seconds > 0:
        figures["speed"] = f"{decimal_size(progress.bytes_done / progress.seconds)}/s"
    return figures
