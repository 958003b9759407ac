"""Many BackupConfigurations, spread over namespaces, each for a volume of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    NAMESPACE,
    PERSISTENT_VOLUME_CLAIM,
    RETENTION_POLICY,
    SECRET,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve import names

from .control_plane import each

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Client

Object = dict[str, Any]
HOME = "backup"
SESSION = "daily"
_NAMESPACES = 20
_EVERYBODY = {"allowedNamespaces": {"from": "All"}}


@dataclass(frozen=True)
class Fleet:
    """So many configurations in a cluster."""

    client: Client
    size: int

    def prepare(self) -> None:
        """Namespaces, volumes, Secrets, one storage and one policy for all."""
        for namespace in (HOME, *self._namespaces()):
            self._create(NAMESPACE, ObjectKey("", namespace))
        for namespace in self._namespaces():
            key = ObjectKey(namespace, "encryption")
            self._create(SECRET, key, stringData={"RESTIC_PASSWORD": "correct horse"})
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        self._create(SECRET, ObjectKey(HOME, "s3"), stringData=keys)
        s3 = {"endpoint": "http://s3.example", "bucket": "backups", "secretName": "s3"}
        storage = {"provider": "s3", "s3": s3 | {"region": "us-east-1"}}
        spec = {"storage": storage, "usagePolicy": _EVERYBODY, "deletionPolicy": "Delete"}
        self._create(BACKUP_STORAGE, ObjectKey(HOME, "s3"), spec=spec)
        kept = {"successfulSnapshots": {"last": 5}, "failedSnapshots": {"last": 2}}
        policy = kept | {"usagePolicy": _EVERYBODY}
        self._create(RETENTION_POLICY, ObjectKey(HOME, "keep"), spec=policy)
        each(self._make_volume, range(self.size))

    def configure(self) -> None:
        """Make all configurations; each gets its first backup by itself."""
        each(self._make_configuration, range(self.size))

    def trigger(self) -> None:
        """One more session of each, as a trigger makes it."""
        moment = int(time.time())
        each(lambda number: self._make_session(number, moment), range(self.size))

    def _namespaces(self) -> list[str]:
        return [f"team-{number:02}" for number in range(_NAMESPACES)]

    def _key(self, number: int, name: str) -> ObjectKey:
        return ObjectKey(f"team-{number % _NAMESPACES:02}", f"{name}-{number:04}")

    def _make_volume(self, number: int) -> None:
        spec = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "standard",
        }
        self._create(PERSISTENT_VOLUME_CLAIM, self._key(number, "data"), spec=spec)

    def _make_configuration(self, number: int) -> None:
        key = self._key(number, "files")
        home = key.namespace
        repository = {
            "name": f"files-{number:04}",
            "backend": "s3",
            "directory": f"/{home}/files-{number:04}",
            "encryptionSecret": {"name": "encryption", "namespace": home},
        }
        session = {
            "name": SESSION,
            "scheduler": {"schedule": "0 3 1 1 *", "jobTemplate": {"backoffLimit": 1}},
            "repositories": [repository],
            "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
        }
        backend = {
            "name": "s3",
            "storageRef": {"name": "s3", "namespace": HOME},
            "retentionPolicy": {"name": "keep", "namespace": HOME},
        }
        volume = self._key(number, "data")
        target = {"kind": PERSISTENT_VOLUME_CLAIM.kind, "name": volume.name, "namespace": home}
        spec = {"target": target, "backends": [backend], "sessions": [session]}
        self._create(BACKUP_CONFIGURATION, key, spec=spec)

    def _make_session(self, number: int, moment: int) -> None:
        configuration = self._key(number, "files")
        name = names.backup_session(configuration.name, SESSION, moment)
        invoker = {
            "apiGroup": BACKUP_CONFIGURATION.group,
            "kind": BACKUP_CONFIGURATION.kind,
            "name": configuration.name,
        }
        key = ObjectKey(configuration.namespace, name)
        self._create(BACKUP_SESSION, key, spec={"invoker": invoker, "session": SESSION})

    def _create(self, resource: Resource, key: ObjectKey, **parts: Any) -> None:
        metadata = {"name": key.name} | ({"namespace": key.namespace} if key.namespace else {})
        identity = {"apiVersion": resource.api_version, "kind": resource.kind}
        self.client.create(resource, {**identity, "metadata": metadata, **parts})
