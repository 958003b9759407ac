"""A node and its controllers in this process, before the sandbox's own API server or a real one."""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from kubectl_kubestash.api.resources import NAMESPACE, POD, SERVICE_ACCOUNT, ObjectKey
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from kubectl_kubestash.sandbox.node import Node
from kubectl_kubestash.sandbox.server import Server
from kubectl_kubestash.sandbox.workloads import Controllers
from tests.cluster.api_server import ApiServer
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kubectl_kubestash.api.resources import Resource

Object = dict[str, Any]
_numbers = itertools.count(1)
_NOT_OURS = (
    *("serviceaccount", "serviceaccount-token", "root-ca-certificate-publisher", "namespace"),
    *("garbage-collector", "persistentvolume-protection"),
)
_KEPT = ",".join(f"{name}-controller" for name in _NOT_OURS)


class World:
    """One cluster with nothing in it; each test takes a namespace of its own."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        login = load(environment={}, kubeconfig=str(kubeconfig))
        self._clients = [Client(login) for _ in range(3)]
        self.client, of_node, of_controllers = self._clients
        self.folder, self._stop = folder, threading.Event()
        parts = (Node(of_node, folder, images={}), Controllers(of_controllers, folder))
        self._threads = [
            threading.Thread(target=part.run, args=(self._stop,), daemon=True) for part in parts
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        for client in self._clients:
            client.close()

    def namespace(self) -> Namespace:
        name = f"test-{next(_numbers)}"
        self.client.create(NAMESPACE, body(NAMESPACE, name))
        account = ObjectKey(name, "default")
        eventually(lambda: self.client.find(SERVICE_ACCOUNT, account), what="the account is there")
        return Namespace(self, name)


class Place(Protocol):
    """A sandbox that runs."""

    client: Client
    folder: Path


class Namespace:
    """Where a test makes its objects."""

    def __init__(self, world: Place, name: str) -> None:
        self.world, self.client, self.name = world, world.client, name

    def create(self, resource: Resource, name: str, **parts: Any) -> Object:
        made = body(resource, name, **parts)
        return self.client.create(resource, made | {"metadata": {**made["metadata"], **self._home}})

    @property
    def _home(self) -> dict[str, str]:
        return {"namespace": self.name}

    def pod(self, name: str, script: str, *, volumes: Any = (), **container: Any) -> Object:
        """A pod that tries once; `spec` has fields of the pod, all else is the container's."""
        more = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1}
        more |= container.pop("spec", {})
        main = {"name": "main", "image": "any", "command": ["sh", "-c", script], **container}
        spec = {"containers": [main], "volumes": list(volumes), **more}
        return self.create(POD, name, spec=spec)

    def key(self, name: str) -> ObjectKey:
        return ObjectKey(self.name, name)

    def get(self, resource: Resource, name: str) -> Object:
        return self.client.get(resource, self.key(name))

    def patch(self, resource: Resource, name: str, patch: Object, **more: Any) -> Object:
        return self.client.patch(resource, self.key(name), patch, **more)

    def items(self, resource: Resource) -> list[Object]:
        return self.client.list(resource, self.name)

    def phase(self, name: str, *phases: str, resource: Resource = POD) -> Object:
        """Wait for one of these phases; the object then."""
        eventually(
            lambda: status(self.get(resource, name)).get("phase") in phases,
            what=lambda: f"{name} is {phases}: {status(self.get(resource, name))}",
        )
        return self.get(resource, name)

    def lines(self, name: str, container: str = "main", number: int = 0) -> list[str]:
        """What a container has printed."""
        pod = self.client.find(POD, self.key(name))
        uid = pod["metadata"]["uid"] if pod else ""
        folder = self.world.folder / "pods" / f"{self.name}_{name}_{uid}"
        log = folder / container / f"{number}.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split(" ", 3)[3] for line in lines]

    def ended(self, name: str) -> list[str]:
        """Wait for the end of a pod; what its main container has printed."""
        assert self.phase(name, "Succeeded", "Failed")
        return self.lines(name)


def body(resource: Resource, name: str, **parts: Any) -> Object:
    head = {"apiVersion": resource.api_version, "kind": resource.kind}
    return {**head, "metadata": {"name": name}, **parts}


def status(item: Object) -> Object:
    return dict(item.get("status") or {})


def state(pod: Object, container: int = 0) -> Object:
    """What the first container is doing: `waiting`, `running` or `terminated`, flat."""
    found = status(pod).get("containerStatuses") or [{}]
    return dict(next(iter((found[container].get("state") or {}).values()), {}))


@contextmanager
def on_sandbox(folder: Path) -> Iterator[World]:
    """Before the sandbox's own server."""
    server = Server(folder)
    server.start()
    world = World(folder / "kubeconfig", folder)
    try:
        yield world
    finally:
        world.close()
        server.stop()


@contextmanager
def on_kubernetes(folder: Path) -> Iterator[World]:
    """Before a real API server, whose own controllers of workloads and volumes are off."""
    server = ApiServer(folder / "kubernetes", controllers=_KEPT)
    server.folder.mkdir()
    try:
        server.up()
        world = World(server.kubeconfig, folder / "sandbox")
        try:
            yield world
        finally:
            world.close()
    finally:
        server.down()
