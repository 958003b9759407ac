"""A namespace with a volume, a storage and a configuration, and the runner's tasks on them."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from ulid import ULID

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    NAMESPACE,
    OURS,
    REPOSITORY,
    RESTORE_SESSION,
    SECRET,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve import labels, names, results
from kubectl_kubestash.runner import source
from kubectl_kubestash.runner.backup import Backup, BackupOptions
from kubectl_kubestash.runner.cleanup import Cleanup
from kubectl_kubestash.runner.finish import Finish
from kubectl_kubestash.runner.init_repository import InitRepository
from kubectl_kubestash.runner.init_storage import InitStorage
from kubectl_kubestash.runner.opening import Toolbox
from kubectl_kubestash.runner.process import Supervisor
from kubectl_kubestash.runner.redact import Redactor
from kubectl_kubestash.runner.restore import Restore, RestoreOptions
from kubectl_kubestash.runner.surroundings import Surroundings
from kubectl_kubestash.runner.workspace import Workspace
from tests import tools

from .cluster_fake import FakeClient

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.kube.client import Client

Object = dict[str, Any]
PASSWORD = "correct horse battery staple"
SESSION = "daily"
PATH = f"repository/v1/{SESSION}/dump"


@dataclass
class World:
    """One namespace; `folder` holds the volume, the storage and the scratch directories."""

    folder: Path
    client: Client = field(default_factory=lambda: cast("Client", FakeClient()))
    namespace: str = "demo"
    storage: Object = field(default_factory=dict)
    """spec.storage; a folder when empty."""

    credentials: dict[str, str] = field(default_factory=dict)
    repositories: tuple[str, ...] = ("files",)
    environment: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._clock = itertools.count(1_700_000_000)
        for part in (self.volume, self.backend, self.scratch):
            part.mkdir(parents=True, exist_ok=True)
        self.mounts = ["/", str(self.volume)]
        if self.client.find(NAMESPACE, ObjectKey("", self.namespace)) is None:
            self.create(NAMESPACE, self.namespace, namespace="")
        storage = self.storage or {
            "provider": "local",
            "local": {"mountPath": str(self.backend), "hostPath": {"path": str(self.backend)}},
        }
        if self.credentials:
            self.secret("storage", self.credentials)
        self.create(
            BACKUP_STORAGE,
            "store",
            spec={"storage": storage, "usagePolicy": {"allowedNamespaces": {"from": "All"}}},
        )
        self.secret("encryption", {"RESTIC_PASSWORD": PASSWORD})
        self.create(
            BACKUP_CONFIGURATION,
            "config",
            spec={
                "sessions": [
                    {
                        "name": SESSION,
                        "repositories": [{"name": name} for name in self.repositories],
                    }
                ]
            },
        )
        for name in self.repositories:
            self.repository(name)

    # -- objects -------------------------------------------------------------------------------

    @property
    def volume(self) -> Path:
        return self.folder / "volume"

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    def key(self, name: str) -> ObjectKey:
        return ObjectKey(self.namespace, name)

    def create(
        self, resource: Resource, name: str, *, namespace: str | None = None, **fields: Any
    ) -> Object:
        metadata: Object = {"name": name, **fields.pop("metadata", {})}
        if namespace != "":
            metadata["namespace"] = namespace or self.namespace
        status = fields.pop("status", None)
        body = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
        made = self.client.create(resource, {**body, **fields})
        if status is not None:
            key = ObjectKey(metadata.get("namespace", ""), name)
            made = self.client.patch(resource, key, {"status": status}, subresource="status")
        return made

    def secret(self, name: str, content: dict[str, str]) -> None:
        data = {key: base64.b64encode(value.encode()).decode() for key, value in content.items()}
        if self.client.find(SECRET, self.key(name)) is None:
            self.create(SECRET, name, data=data)
        else:
            self.client.patch(SECRET, self.key(name), {"data": data})

    def repository(self, name: str, *, path: str = "", storage: str = "store") -> Object:
        return self.create(
            REPOSITORY,
            name,
            spec={
                "appRef": {
                    "name": "data",
                    "namespace": self.namespace,
                    "kind": "PersistentVolumeClaim",
                },
                "storageRef": {"name": storage, "namespace": self.namespace},
                "path": path or f"/{name}",
                "encryptionSecret": {"name": "encryption"},
            },
        )

    def start_session(self) -> str:
        """A BackupSession with its Snapshots, as the operator makes them."""
        second = next(self._clock)
        name = names.backup_session("config", SESSION, second)
        invoker = {
            "apiGroup": "core.kubestash.com",
            "kind": "BackupConfiguration",
            "name": "config",
        }
        self.create(
            BACKUP_SESSION,
            name,
            spec={"invoker": invoker, "session": SESSION},
            status={
                "snapshots": [
                    {"name": names.snapshot(repository, name), "repository": repository}
                    for repository in self.repositories
                ]
            },
        )
        for repository in self.repositories:
            self.create(
                SNAPSHOT,
                names.snapshot(repository, name),
                metadata={"labels": {labels.REPOSITORY_NAME: repository}},
                spec={
                    "snapshotID": str(ULID()),
                    "repository": repository,
                    "session": SESSION,
                    "backupSession": name,
                    "type": "FullBackup",
                    "version": "v1",
                    "appRef": {"name": "data"},
                },
                status={
                    "phase": "Pending",
                    "totalComponents": 1,
                    "snapshotTime": moment(second),
                    "components": {"dump": {"phase": "Pending", "path": PATH}},
                },
            )
        return name

    def snapshot(self, session: str, repository: str = "files") -> Object:
        return self.client.get(SNAPSHOT, self.key(names.snapshot(repository, session)))

    def component(self, session: str, repository: str = "files") -> Object:
        parts: Object = self.snapshot(session, repository)["status"]["components"]
        return cast("Object", parts["dump"])

    def ids(self, session: str, repository: str = "files") -> list[str]:
        stats = self.component(session, repository).get("resticStats") or []
        return [entry["summary"]["id"] for entry in stats]

    def conclude(self, session: str) -> None:
        """What the operator writes at the end: the phase of the Snapshots."""
        for repository in self.repositories:
            phase = self.component(session, repository)["phase"]
            key = self.key(names.snapshot(repository, session))
            self.client.patch(SNAPSHOT, key, {"status": {"phase": phase}}, subresource="status")

    def mark(self, session: str, *, by: str, repository: str = "files") -> str:
        """Mark a Snapshot for removal, as the operator does; its name."""
        name = names.snapshot(repository, session)
        patch = {"metadata": {"annotations": {labels.FORGOTTEN_BY: by}}}
        self.client.patch(SNAPSHOT, self.key(name), patch)
        return name

    # -- tasks ---------------------------------------------------------------------------------

    def backup(
        self, session: str, *, pod: str = "pod-a", uid: str = "", exclude: str = "", paths: str = ""
    ) -> bool:
        wanted = source.normal_paths(paths or str(self.volume))
        with self.toolbox(pod, uid) as toolbox:
            options = BackupOptions(self.key(session), wanted, source.excludes(wanted, exclude))
            return Backup(toolbox.tools, options, narrate=self.lines.append).run()

    def back_up(self, **changes: Any) -> str:
        """A whole good backup; the name of its session."""
        session = self.start_session()
        assert self.backup(session, **changes), self.component(session)
        self.conclude(session)
        return session

    def restore(
        self,
        session: str,
        *,
        repository: str = "files",
        pod: str = "pod-r",
        include: str = "",
        name: str = "",
    ) -> Object:
        """Restore a Snapshot; the component as reported."""
        name = name or f"restore-{next(self._clock)}"
        snapshot = names.snapshot(repository, session)
        if self.client.find(RESTORE_SESSION, self.key(name)) is None:
            self.create(
                RESTORE_SESSION,
                name,
                spec={"dataSource": {"repository": repository, "snapshot": snapshot}},
            )
        with self.toolbox(pod, "") as toolbox:
            options = RestoreOptions(self.key(name), snapshot, includes=source.split_list(include))
            Restore(toolbox.tools, options, self.lines.append, mounts=lambda: self.mounts).run()
        status = self.client.get(RESTORE_SESSION, self.key(name))["status"]
        return cast("Object", status["components"]["dump"])

    def finish(self, session: str, *, pod: str = "pod-f", clock: Any = None) -> Object:
        with self.toolbox(pod, "") as toolbox:
            task = Finish(toolbox.tools, self.key(session), self.lines.append)
            if clock is not None:
                task.clock = clock
            task.run()
        return cast("Object", self.message("finish", self.key(session))["repositories"])

    def init_storage(self, name: str = "store") -> Object:
        with self.toolbox("pod-i", "") as toolbox:
            InitStorage(toolbox.tools, self.key(name), self.lines.append).run()
        return self.message("init-storage", self.key(name))

    def init_repository(self, name: str = "files") -> Object:
        with self.toolbox("pod-i", "") as toolbox:
            InitRepository(toolbox.tools, self.key(name), self.lines.append).run()
        return self.message("init-repository", self.key(name))

    def cleanup(self, kind: str, name: str) -> Object:
        """Delete an object with WipeOut, as far as the cleaning Job."""
        (resource,) = [each for each in OURS if each.kind == kind]
        asked = {
            "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"deletionPolicy": "WipeOut"},
        }
        self.client.patch(resource, self.key(name), asked)
        return self.run_cleanup(kind, name)

    def run_cleanup(self, kind: str, name: str) -> Object:
        with self.toolbox("pod-c", "") as toolbox:
            Cleanup(toolbox.tools, kind, self.key(name), self.lines.append).run()
        return self.message("cleanup", f"{kind}:{self.key(name)}")

    def message(self, task: str, owner: object) -> Object:
        """The termination message that the last task has left."""
        found = results.decode((self.folder / "termination").read_text(), task, str(owner))
        assert found is not None, (self.folder / "termination").read_text()
        return found

    def toolbox(self, pod: str = "pod-a", uid: str = "") -> OpenToolbox:
        return OpenToolbox(self, pod, uid or f"uid-of-{pod}")

    def restic(
        self, *args: str, repository: str = "files", path: str = PATH, check: bool = True
    ) -> str:
        """Bare restic on a repository in the folder, as a person would run it."""
        done = subprocess.run(
            [tools.restic_with_cheap_keys(), "--no-cache", *args],
            capture_output=True,
            text=True,
            check=False,
            env={
                "RESTIC_REPOSITORY": str(self.backend / repository / path),
                "RESTIC_PASSWORD": PASSWORD,
                "PATH": os.environ["PATH"],
                "TMPDIR": "/tmp",
            },
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def stored(self, repository: str = "files") -> list[str]:
        """The ids that the repository lists."""
        listed = json.loads(self.restic("snapshots", "--json", "--no-lock", repository=repository))
        return [entry["id"] for entry in listed]

    def locks(self, repository: str = "files") -> list[str]:
        return self.restic("list", "locks", "--no-lock", repository=repository).split()


@dataclass
class OpenToolbox:
    """Tools for one run in one pod."""

    world: World
    pod: str
    uid: str

    def __enter__(self) -> OpenToolbox:
        world = self.world
        surroundings = Surroundings.read(
            {
                "PATH": os.environ["PATH"],
                "POD_NAME": self.pod,
                "POD_UID": self.uid,
                "POD_NAMESPACE": world.namespace,
                "NODE_NAME": "node",
                "COMPONENT_NAME": "dump",
                "KUBESTASH_RESTIC": str(tools.restic_with_cheap_keys()),
                "KUBESTASH_TERMINATION_FILE": str(world.folder / "termination"),
                "KUBESTASH_POLL_INTERVAL": "0.1",
                "KUBESTASH_LOCK_TIMEOUT": "2",
                "KUBESTASH_REPORT_TIMEOUT": "5",
                "KUBESTASH_STOP_GRACE": "10",
                **world.environment,
            }
        )
        self._workspace = Workspace(str(world.scratch))
        supervisor = Supervisor(Redactor(), world.stop)
        self.tools = Toolbox(world.client, surroundings, supervisor, self._workspace)
        return self

    def __exit__(self, *_: object) -> None:
        self._workspace.__exit__(None, None, None)


def moment(unix_seconds: int) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
