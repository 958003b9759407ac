"""One thread that looks at everything again whenever something has changed, and every second."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from ...api.resources import (
    CRON_JOB,
    DEPLOYMENT,
    JOB,
    PERSISTENT_VOLUME_CLAIM,
    POD,
)
from ...errors import AlreadyExists, ClusterError, Conflict, NotFound
from ...kube.informer import Informer
from ...kube.store import key_of
from . import claims, cron_job, job, workload
from .cluster import DAEMON_SET, REPLICA_SET, STATEFUL_SET, Cluster, owners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ...api.resources import Resource
    from ...kube.client import Client
    from .cluster import Object

_LOG = logging.getLogger(__name__)
_RECONCILERS: Mapping[Resource, Callable[[Cluster, Object], None]] = {
    PERSISTENT_VOLUME_CLAIM: claims.reconcile,
    CRON_JOB: cron_job.reconcile,
    JOB: job.reconcile,
    DEPLOYMENT: workload.reconcile_deployment,
    REPLICA_SET: workload.reconcile_replica_set,
    STATEFUL_SET: workload.reconcile_stateful_set,
    DAEMON_SET: workload.reconcile_daemon_set,
}
_LOOK = 1.0
"""Seconds between two looks when nothing changes: deadlines and schedules come by themselves."""


class Controllers:
    """The controllers of a sandbox; `folder` is the sandbox's, volumes are made below it."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._changed = threading.Event()
        self._told: set[str] = set()
        self._informers = {
            resource: Informer(
                client,
                resource,
                indexes={"owner": owners},
                on_change=lambda *_: self._changed.set(),
                longest_pause=5,
            )
            for resource in (*_RECONCILERS, POD)
        }
        self._cluster = Cluster(client, folder, self._informers)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop."""
        for informer in self._informers.values():
            informer.start()
        for informer in self._informers.values():
            while not informer.synced.wait(0.1) and not stop.is_set():
                pass
        claims.make_storage_class(self._cluster)
        while not stop.is_set():
            self._changed.clear()
            self._look()
            self._changed.wait(_LOOK)
        for informer in self._informers.values():
            informer.stop()

    def _look(self) -> None:
        for resource, reconcile in _RECONCILERS.items():
            for item in self._informers[resource].items():
                is_going = item["metadata"].get("deletionTimestamp")
                if is_going and resource != PERSISTENT_VOLUME_CLAIM:
                    continue
                try:
                    reconcile(self._cluster, item)
                except (Conflict, AlreadyExists, NotFound):
                    continue  # another look shows how things are
                except ClusterError as error:
                    self._tell(f"{resource.kind} {key_of(item)}: {error}")

    def _tell(self, trouble: str) -> None:
        """Once for each trouble, not for each try."""
        if trouble not in self._told:
            self._told.add(trouble)
            _LOG.warning(trouble)
