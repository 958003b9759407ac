"""Every order in which people may delete things ends, and data goes only where it was asked for.

One namespace for each order, all of them at once, on a real API server with a played node.
"""

from __future__ import annotations

import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    EVENT,
    NAMESPACE,
    POD,
    REPOSITORY,
    SECRET,
    SNAPSHOT,
    ObjectKey,
)
from kubectl_kubestash.controllers.exposition import Exposition
from kubectl_kubestash.controllers.finalizers import has_ours
from kubectl_kubestash.resolve import conditions
from kubectl_kubestash.resolve.labels import OURS
from tests.waiting import eventually

from .node import component_result
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kubectl_kubestash.api.resources import Resource
    from kubectl_kubestash.kube.client import Object

pytestmark = pytest.mark.cluster
WIPE = {"deletionPolicy": "WipeOut"}
LIMIT = 240.0
"""Seconds for one step on a machine that has other things to do."""

THINGS: dict[str, tuple[Resource, str]] = {
    "storage": (BACKUP_STORAGE, "s3-storage"),
    "Secret": (SECRET, "s3"),
    "configuration": (BACKUP_CONFIGURATION, "files"),
    "repository": (REPOSITORY, "files-repo"),
}
ORDERS = [
    order for length in range(len(THINGS) + 1) for order in itertools.permutations(THINGS, length)
]
"""What is deleted before the namespace is; whatever is left then goes with it."""


def is_wiped_out(order: tuple[str, ...]) -> bool:
    """Whether this order asks for the data to go while that can still be done.

    The configuration takes its Repository with it, as its policy says.
    """
    for thing in order:
        if thing in {"storage", "Secret"}:
            return thing == "storage"
        if thing in {"configuration", "repository"}:
            return True
    return False


patiently = partial(eventually, within=LIMIT, every=0.3)
"""So many places ask at once that none of them may ask often."""


class Place(World):
    """A namespace with what a backup leaves behind; no backup runs in it."""

    def prepare(self) -> None:
        """What people have made, and what was made of it before."""
        self.set_up(storage=WIPE, repository_options=WIPE, paused=True)
        spec = {
            "appRef": {"kind": "PersistentVolumeClaim", **self.key("data")._asdict()},
            "storageRef": self.key("s3-storage")._asdict(),
            "encryptionSecret": self.key("encryption")._asdict(),
            "path": "/files-repo",
            **WIPE,
        }
        self.create("storage.kubestash.com/v1alpha1", "Repository", "files-repo", spec=spec)
        initialized = conditions.with_condition(
            (), conditions.REPOSITORY_INITIALIZED, True, now=datetime.now(UTC)
        )
        self.set_status(REPOSITORY, "files-repo", {"conditions": initialized})

    def fill(self) -> None:
        """What an operator makes of it, and a Snapshot."""
        patiently(lambda: self.phase(BACKUP_STORAGE, "s3-storage") == "Ready")
        patiently(lambda: self.phase(BACKUP_CONFIGURATION, "files") == "Ready")
        spec = {"repository": "files-repo", "session": "daily", "backupSession": "daily-1", **WIPE}
        self.create("storage.kubestash.com/v1alpha1", "Snapshot", "files-repo-daily-1", spec=spec)
        parts = {"dump": component_result("dump")}
        status = {"phase": "Succeeded", "totalComponents": 1, "components": parts}
        self.set_status(SNAPSHOT, "files-repo-daily-1", status)
        patiently(lambda: has_ours(self.get(SNAPSHOT, "files-repo-daily-1") or {"metadata": {}}))

    def delete(self, resource: Resource, key: ObjectKey) -> None:
        """As `kubectl delete` does: it waits until the object is gone."""
        there = self.client.find(resource, key)
        if there is None:
            return
        uid = there["metadata"]["uid"]
        self.client.delete(resource, key)
        # A configuration makes its Repository again.
        patiently(
            lambda: (self.client.find(resource, key) or {}).get("metadata", {}).get("uid") != uid
        )

    def cleaned(self) -> list[str]:
        return sorted(name for name in self.node.started if name.startswith("cleanup-"))


def delete_in_order(place: Place, order: tuple[str, ...]) -> None:
    for thing in order:
        resource, name = THINGS[thing]
        place.delete(resource, place.key(name))
        if thing == "configuration":  # Its Repository goes with it, as its policy says.
            patiently(lambda: place.names(REPOSITORY) == [])
    if len(order) == len(THINGS):
        patiently(lambda: place.names(REPOSITORY) == [])
        patiently(lambda: place.names(SNAPSHOT) == [])
    place.delete(NAMESPACE, ObjectKey("", place.namespace))
    assert bool(place.cleaned()) is is_wiped_out(order), f"{order}: {place.cleaned()}"


class SharedNode(threading.Thread):
    """One look at all pods for all places."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__(daemon=True)
        self._nodes = {place.namespace: place.node for place in places}
        self._client = places[0].client
        self._stopping = threading.Event()

    def run(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            while not self._stopping.wait(0.3):
                pods = self._client.list(POD, labels=OURS)
                list(pool.map(self._look_after, pods))

    def _look_after(self, pod: Object) -> None:
        node = self._nodes.get(pod["metadata"]["namespace"])
        if node is not None:
            node._look_after(pod)

    def stop(self) -> None:
        self._stopping.set()
        self.join(60)


@pytest.fixture
def places(installed: Path) -> Iterator[list[Place]]:
    """A namespace for each order, filled by one operator that looks after all of them."""
    made = [Place(installed) for _ in ORDERS]
    node = SharedNode(made)
    node.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Place.prepare, made))
            made[0].start(namespace="", lease_namespace="default", workers=8)
            list(pool.map(Place.fill, made))
        yield made
    finally:
        made[0].operators[0].stop()
        node.stop()
        for client in itertools.chain.from_iterable(place._clients for place in made):
            client.close()


@pytest.mark.timeout(900)
def test_every_order_of_deleting_ends_and_wipes_out_what_it_may(places: list[Place]) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(delete_in_order, places, ORDERS))

    text = Exposition(places[0].operators[0]).text().decode()
    (counted,) = re.findall(r'kubestash_data_kept_total{kind="repository"} (\S+)', text)
    assert float(counted) >= 1
    (at_once,) = (place for place, order in zip(places, ORDERS, strict=True) if not order)
    told = [event["message"] for event in kept(at_once)]
    for thing in ("Repository", "BackupStorage", "Snapshot"):
        assert any(f"{thing} {at_once.namespace}/" in message for message in told)


def kept(place: Place) -> list[Object]:
    """Events beside the operator's Lease about data that stays."""
    found = place.client.list(EVENT, "default", fields="reason=DataKept")
    return [event for event in found if event["involvedObject"]["kind"] == "Lease"]
