"""Reports to the API server: progress as it comes, the result until it has arrived.

A merge patch of one component's map. Progress may get lost, and has no precondition; a result is
repeated until the API server takes it, and stands in the termination message in any case. It is not
written over the claim of another pod: one that was deleted by force may live on for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import (
    ClusterError,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    Unauthorized,
    Unreachable,
)
from ..resolve.sizes import decimal_size

if TYPE_CHECKING:
    from ..api.resources import ObjectKey, Resource
    from .opening import Toolbox
    from .output import Progress

Fields = Mapping[str, Any]
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0


class ComponentReport:
    """What we tell about one component of a Snapshot or RestoreSession.

    As a context manager it sends the latest progress now and then, in a thread of its own: an API
    server that does not answer must not hold up the work.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        resource: Resource,
        key: ObjectKey,
        *,
        narrate: Callable[[str], None],
    ) -> None:
        self._client = toolbox.client
        self._resource = resource
        self._key = key
        self._component = toolbox.surroundings.component
        self._pod = toolbox.surroundings.pod
        self._redactor = toolbox.supervisor.redactor
        self._interval = toolbox.surroundings.patience.progress
        self._narrate = narrate
        self._latest: Fields | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_progress, daemon=True, name="progress")

    def __enter__(self) -> ComponentReport:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
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
                self._record(fields)
            except (NotFound, Forbidden, Refused) as error:
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

    def _record(self, fields: Fields) -> None:
        raw = self._client.get(self._resource, self._key)
        recorded = ((raw.get("status") or {}).get("components") or {}).get(self._component) or {}
        holder = recorded.get("claim") or {}
        if holder.get("uid") != self._pod.uid:
            raise Refused(f"component {self._component} was taken over by pod {holder.get('pod')}.")
        self._patch(fields, version=raw["metadata"]["resourceVersion"])

    def _patch(self, fields: Fields, *, version: str = "") -> None:
        safe = self._redactor.errors(fields)
        patch = {"status": {"components": {self._component: safe}}}
        self._client.patch(
            self._resource, self._key, patch, subresource="status", resource_version=version
        )

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
