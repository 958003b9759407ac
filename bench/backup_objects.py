"""What a backup Job finds in the cluster: written here as the operator would have."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ulid import ULID

from kubectl_kubestash.api.resources import (
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    SECRET,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve import labels, names

from .process import output

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.kube.client import Client
    from kubectl_kubestash.runner.command import ResticRepository

Object = dict[str, Any]

NAMESPACE, SESSION, COMPONENT = "default", "daily", "dump"
COMPONENT_PATH = f"repository/v1/{SESSION}/{COMPONENT}"
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a repository that lives for a minute
_FIRST = 1_790_000_000
_SECRET_NAME = "encryption"  # noqa: S105


@dataclass(frozen=True)
class Backups:
    """Sessions of one storage in a folder of this machine; each has a Repository of its own."""

    client: Client
    folder: Path
    app: Object = field(
        default_factory=lambda: {
            "kind": "PersistentVolumeClaim",
            "name": "data",
            "namespace": NAMESPACE,
        }
    )
    """What is backed up."""

    def make_storage(self) -> None:
        """The storage and the encryption Secret."""
        password = base64.b64encode(PASSWORD.encode()).decode()
        self._create(SECRET, _SECRET_NAME, data={"RESTIC_PASSWORD": password})
        local = {"mountPath": str(self.folder), "hostPath": {"path": str(self.folder)}}
        spec = {
            "storage": {"provider": "local", "local": local},
            "usagePolicy": {"allowedNamespaces": {"from": "All"}},
        }
        self._create(BACKUP_STORAGE, "store", spec=spec)

    def restic_folder(self, number: int) -> Path:
        """Where restic keeps what this session stores."""
        return self.folder / f"run-{number}" / COMPONENT_PATH

    def start(self, number: int) -> str:
        """A session that waits for its Job; its name."""
        repository, session = f"run-{number}", names.backup_session("files", SESSION, _at(number))
        app, reference = self.app, {"name": "store", "namespace": NAMESPACE}
        self._create(
            REPOSITORY,
            repository,
            spec={
                "appRef": app,
                "storageRef": reference,
                "path": f"/{repository}",
                "encryptionSecret": {"name": _SECRET_NAME, "namespace": NAMESPACE},
            },
        )
        self._start_session(session)
        self._take_snapshot(session, repository, app)
        return session

    def record(self, number: int, made: ResticRepository) -> None:
        """What the operator has on record after the first backup to a restic repository."""
        ask = made.reader("cat", "config")
        repository_id = json.loads(output(ask.argv, dict(ask.environment)))["id"]
        config = (self.restic_folder(number) / "config").read_bytes()
        status = {
            "resticRepositories": {COMPONENT_PATH: repository_id},
            "resticConfigs": {COMPONENT_PATH: hashlib.sha256(config).hexdigest()},
        }
        self._report(REPOSITORY, f"run-{number}", status)

    def component(self, number: int) -> Object:
        """What the Job has reported."""
        session = names.backup_session("files", SESSION, _at(number))
        key = ObjectKey(NAMESPACE, names.snapshot(f"run-{number}", session))
        found: Object = self.client.get(SNAPSHOT, key)["status"]["components"][COMPONENT]
        return found

    def _start_session(self, session: str) -> None:
        invoker = {"apiGroup": BACKUP_SESSION.group, "kind": "BackupConfiguration", "name": "files"}
        self._create(BACKUP_SESSION, session, spec={"invoker": invoker, "session": SESSION})

    def _take_snapshot(self, session: str, repository: str, app: Object) -> None:
        name = names.snapshot(repository, session)
        spec = {
            "snapshotID": str(ULID()),
            "repository": repository,
            "session": SESSION,
            "backupSession": session,
            "type": "FullBackup",
            "version": "v1",
            "appRef": app,
        }
        marks = {labels.REPOSITORY_NAME: repository}
        self._create(SNAPSHOT, name, spec=spec, labels=marks)
        parts = {COMPONENT: {"phase": "Pending", "path": COMPONENT_PATH}}
        self._report(SNAPSHOT, name, {"phase": "Pending", "components": parts})
        entry = {"name": name, "phase": "Pending", "repository": repository, "appRef": app}
        self._report(BACKUP_SESSION, session, {"phase": "Running", "snapshots": [entry]})

    def _create(
        self, resource: Resource, name: str, *, labels: dict[str, str] | None = None, **parts: Any
    ) -> None:
        metadata = {"name": name, "namespace": NAMESPACE, "labels": labels or {}}
        identity = {"apiVersion": resource.api_version, "kind": resource.kind}
        self.client.create(resource, {**identity, "metadata": metadata, **parts})

    def _report(self, resource: Resource, name: str, status: Object) -> None:
        key = ObjectKey(NAMESPACE, name)
        self.client.patch(resource, key, {"status": status}, subresource="status")


def _at(number: int) -> int:
    return _FIRST + 60 * number
