"""What the operator tells about an object, where `kubectl describe` shows it.

Equal Events are counted up instead of repeated, and there is a limit for each object and for the
whole operator, so a loop that fails cannot flood the cluster. Telling never fails work: an Event
that cannot be written is dropped.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api.resources import EVENT, ObjectKey
from ..errors import KubeStashError
from ..resolve.conditions import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..kube.client import Client, Object

_REMEMBERED = 4096
_MESSAGE_LIMIT = 1024


class _Told(NamedTuple):
    times: int
    at: float
    first: str


class Events:
    """Writes Events about objects. Safe between threads."""

    def __init__(
        self,
        client: Client,
        *,
        now: Callable[[], datetime],
        may_write: Callable[[], bool],
        instance: str = "",
        interval: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._now = now
        self._may_write = may_write
        self._instance = instance
        self._interval = interval
        self._clock = clock
        self._lock = threading.Lock()
        self._told: OrderedDict[str, _Told] = OrderedDict()

    def normal(self, about: Object, reason: str, message: str) -> None:
        """Something went as it should."""
        self._tell(about, "Normal", reason, message)

    def warning(self, about: Object, reason: str, message: str) -> bool:
        """Something that a person may have to look at; whether it is the first time, or due again.

        A line for whoever watches the operator goes along with it.
        """
        return self._tell(about, "Warning", reason, message)

    def _tell(self, about: Object, kind: str, reason: str, message: str) -> bool:
        message = message[:_MESSAGE_LIMIT]
        metadata = about["metadata"]
        identity = f"{metadata.get('uid', '')}/{kind}/{reason}/{message}"
        told = self._counted(identity)
        if told is None or not self._may_write():
            return False
        try:
            self._write(about, identity, told, {"type": kind, "reason": reason, "message": message})
        except KubeStashError:
            return True
        return True

    def _counted(self, identity: str) -> _Told | None:
        """How often it was told, with this time; None while the last time is too near."""
        with self._lock:
            before = self._told.get(identity)
            now = self._clock()
            if before is not None and now < before.at + self._interval * min(before.times, 10):
                return None
            told = _Told(
                1 if before is None else before.times + 1,
                now,
                timestamp(self._now()) if before is None else before.first,
            )
            self._told[identity] = told
            self._told.move_to_end(identity)
            while len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)
            return told

    def _write(self, about: Object, identity: str, told: _Told, fields: dict[str, Any]) -> None:
        metadata = about["metadata"]
        namespace = metadata.get("namespace") or "default"
        digest = hashlib.sha256(f"{self._instance}{identity}{told.first}".encode()).hexdigest()[:16]
        key = ObjectKey(namespace, f"{metadata['name'][:200].rstrip('-.')}.{digest}")
        changes = {"count": told.times, "lastTimestamp": timestamp(self._now())}
        if told.times > 1:
            self._client.patch(EVENT, key, changes)
            return
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"namespace": key.namespace, "name": key.name},
            "involvedObject": {
                "apiVersion": about.get("apiVersion", ""),
                "kind": about.get("kind", ""),
                "namespace": metadata.get("namespace", ""),
                "name": metadata["name"],
                "uid": metadata.get("uid", ""),
                "resourceVersion": metadata.get("resourceVersion", ""),
            },
            "source": {"component": "kubestash-operator"},
            "firstTimestamp": told.first,
            **changes,
            **fields,
        }
        self._client.create(EVENT, body)
