"""A namespace of a real API server with what a backup needs, an operator, and a played node."""

from __future__ import annotations

import itertools
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    CUSTOM_RESOURCE_DEFINITION,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.cli import bundle
from kubectl_kubestash.controllers.metrics import Calls
from kubectl_kubestash.controllers.operator import Operator
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from kubectl_kubestash.resolve.image import Image
from tests.waiting import eventually

from .node import Node

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kubectl_kubestash.kube.client import Object

IMAGE = Image.parse("kubectl-kubestash:test")
_numbers = itertools.count(1)


def install(client: Client) -> None:
    """CRDs and catalogue, as `install` would."""
    kinds = bundle.crds()
    for kind in kinds:
        client.apply(CUSTOM_RESOURCE_DEFINITION, kind)
    for kind in kinds:
        eventually(partial(_established, client, kind["metadata"]["name"]))
    for body in documents():
        resource = Resource("addons.kubestash.com", "v1alpha1", body["kind"], _plural(body), False)
        client.apply(resource, body)


def _plural(body: Object) -> str:
    return f"{body['kind'].lower()}s"


def _established(client: Client, name: str) -> bool:
    found = client.get(CUSTOM_RESOURCE_DEFINITION, ObjectKey("", name))
    return any(
        entry["type"] == "Established" and entry["status"] == "True"
        for entry in (found.get("status") or {}).get("conditions") or ()
    )


class World:
    """Builders and questions about one namespace."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.calls = Calls()
        self.client = Client(load(kubeconfig=str(kubeconfig)))
        self.namespace = f"demo-{next(_numbers)}-{time.time_ns() % 100000}"
        self.create("v1", "Namespace", self.namespace, namespaced=False)
        self.node = Node(self.client, self.namespace)
        self.operators: list[Operator] = []
        self._clients: list[Client] = [self.client]
        self.notes: list[str] = []

    def close(self) -> None:
        for operator in self.operators:
            operator.stop()
        self.node.stop()
        for client in self._clients:
            client.close()

    def start(self, **options: Any) -> Operator:
        """Another operator for this namespace alone."""
        calls = options.pop("calls", self.calls)
        kind = options.pop("client", Client)
        client = kind(load(kubeconfig=str(self.kubeconfig)), trace=calls.trace)
        self._clients.append(client)
        settings: dict[str, Any] = {
            "namespace": self.namespace,
            "lease_namespace": self.namespace,
            "poll": timedelta(seconds=1),
        }
        operator = Operator(
            client,
            image=IMAGE,
            on_note=self.notes.append,
            calls=calls,
            **{**settings, **options},
        )
        operator.start()
        self.operators.append(operator)
        return operator

    def key(self, name: str) -> ObjectKey:
        return ObjectKey(self.namespace, name)

    def get(self, resource: Resource, name: str) -> Object | None:
        return self.client.find(resource, self.key(name))

    def phase(self, resource: Resource, name: str) -> str:
        found = self.get(resource, name)
        return str(((found or {}).get("status") or {}).get("phase") or "")

    def names(self, resource: Resource) -> list[str]:
        found = self.client.list(resource, self.namespace)
        return sorted(entry["metadata"]["name"] for entry in found)

    def reaches(self, resource: Resource, name: str, *phases: str, within: float = 90.0) -> str:
        """Wait until an object is in one of these phases."""

        def look() -> str:
            phase = self.phase(resource, name)
            return phase if phase in phases else ""

        try:
            return str(eventually(look, within=within))
        except AssertionError:
            notes = "\n".join(self.notes[-30:])
            raise AssertionError(f"{self.get(resource, name)}\n{notes}") from None

    def condition(self, resource: Resource, name: str, kind: str) -> Object:
        status = (self.get(resource, name) or {}).get("status") or {}
        return next(
            (entry for entry in status.get("conditions") or () if entry["type"] == kind), {}
        )

    def create(
        self, api_version: str, kind: str, name: str, *, namespaced: bool = True, **fields: Any
    ) -> Object:
        resource = _resource(api_version, kind, namespaced)
        metadata: dict[str, Any] = {"name": name, **fields.pop("metadata", {})}
        if namespaced:
            metadata["namespace"] = self.namespace
        body = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}
        return self.client.create(resource, body)

    def set_up(self, **options: Any) -> None:
        """Everything that a backup of the claim `data` needs."""
        self.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
        self.secret("encryption", RESTIC_PASSWORD="c")
        self.claim("data")
        self.storage(**options.pop("storage", {}))
        self.policy(**options.pop("policy", {}))
        self.configuration(**options)

    def secret(self, name: str, **values: str) -> None:
        self.create("v1", "Secret", name, stringData=values)

    def claim(self, name: str) -> None:
        spec = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Mi"}},
        }
        self.create("v1", "PersistentVolumeClaim", name, spec=spec)

    def storage(self, name: str = "s3-storage", **options: Any) -> None:
        s3 = {
            "endpoint": "http://s3.example:8333",
            "bucket": self.namespace,
            "region": "us-east-1",
            "secretName": "s3",
        }
        spec = {
            "storage": {"provider": "s3", "s3": s3},
            "usagePolicy": {"allowedNamespaces": {"from": "All"}},
            "deletionPolicy": "Delete",
            **options,
        }
        self.create("storage.kubestash.com/v1alpha1", "BackupStorage", name, spec=spec)

    def policy(self, name: str = "keep", last: int = 2, **options: Any) -> None:
        spec = {
            "successfulSnapshots": {"last": last},
            "failedSnapshots": {"last": 1},
            "usagePolicy": {"allowedNamespaces": {"from": "All"}},
            **options,
        }
        self.create("storage.kubestash.com/v1alpha1", "RetentionPolicy", name, spec=spec)

    def configuration(
        self,
        name: str = "files",
        sessions: Iterable[str] = ("daily",),
        repository: str = "files-repo",
        **options: Any,
    ) -> None:
        session = options.pop("session", {})
        wanted = {
            "name": repository,
            "backend": "s3",
            "directory": f"/{repository}",
            "encryptionSecret": {"name": "encryption", "namespace": self.namespace},
            **options.pop("repository_options", {}),
        }
        spec = {
            "target": {
                "kind": "PersistentVolumeClaim",
                "name": "data",
                "namespace": self.namespace,
            },
            "backends": [
                {
                    "name": "s3",
                    "storageRef": {"name": "s3-storage", "namespace": self.namespace},
                    "retentionPolicy": {"name": "keep", "namespace": self.namespace},
                }
            ],
            "sessions": [
                {
                    "name": each,
                    "scheduler": {"schedule": "0 3 1 1 *", "jobTemplate": {}},
                    "repositories": [wanted],
                    "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
                    **session,
                }
                for each in sessions
            ],
            **options,
        }
        self.create("core.kubestash.com/v1alpha1", "BackupConfiguration", name, spec=spec)

    def session(self, name: str, session: str = "daily", **fields: Any) -> None:
        """A run that somebody asks for."""
        spec = {
            "invoker": {
                "apiGroup": "core.kubestash.com",
                "kind": "BackupConfiguration",
                "name": "files",
            },
            "session": session,
            **fields,
        }
        self.create("core.kubestash.com/v1alpha1", "BackupSession", name, spec=spec)

    def restore(self, name: str = "back", snapshot: str = "latest", **fields: Any) -> None:
        """A restore into the claim that was backed up."""
        spec = {
            "target": {
                "kind": "PersistentVolumeClaim",
                "name": "data",
                "namespace": self.namespace,
            },
            "dataSource": {"repository": "files-repo", "snapshot": snapshot},
            "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]},
            **fields,
        }
        self.create("core.kubestash.com/v1alpha1", "RestoreSession", name, spec=spec)

    def set_status(self, resource: Resource, name: str, status: dict[str, Any]) -> None:
        self.client.patch(resource, self.key(name), {"status": status}, subresource="status")

    def ready(self) -> None:
        """Wait until the configuration is Ready and its first backup has succeeded."""
        self.reaches(BACKUP_CONFIGURATION, "files", "Ready")
        first = eventually(lambda: self.names(BACKUP_SESSION))[0]
        self.reaches(BACKUP_SESSION, first, "Succeeded")


def _resource(api_version: str, kind: str, namespaced: bool) -> Resource:
    group, _, version = api_version.rpartition("/")
    plural = {
        "BackupStorage": "backupstorages",
        "RetentionPolicy": "retentionpolicies",
        "Repository": "repositories",
    }.get(kind, f"{kind.lower()}s")
    return Resource(group, version, kind, plural, namespaced)
