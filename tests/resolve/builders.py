"""Small objects for the tests: what a test does not speak of is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.addons.addon import Addon
from kubectl_kubestash.api.addons.function import Function
from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.core.backup_session import BackupSession
from kubectl_kubestash.api.core.restore_session import RestoreSession
from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.api.storage.repository import Repository
from kubectl_kubestash.api.storage.retention_policy import RetentionPolicy
from kubectl_kubestash.api.storage.snapshot import Snapshot
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.image import Image

if TYPE_CHECKING:
    from kubectl_kubestash.api.resources import ObjectKey

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IMAGE = Image("registry.test/team", "kubectl-kubestash", "0.1.0")
CLAIM = {"apiGroup": "", "kind": "PersistentVolumeClaim", "name": "files", "namespace": "demo"}
SECRET = {"name": "encrypt-secret", "namespace": "demo"}


def namespace(name: str = "demo", **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": labels}}


def _object(name: str, home: str, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": home, "uid": f"uid-{name}"}, **fields}


def addons(**changes: Any) -> dict[str, Addon | None]:
    """Our catalogue; `changes` are put over the first backup task of pvc-addon."""
    found: dict[str, Addon | None] = {}
    for document in documents():
        if document["kind"] == "Addon":
            document["spec"]["backupTasks"][0].update(changes)
            found[document["metadata"]["name"]] = Addon.model_validate(document)
    return found


def addon(**changes: Any) -> Addon:
    found = addons(**changes)["pvc-addon"]
    assert found is not None
    return found


def functions(**spec: Any) -> dict[str, Function | None]:
    """Our catalogue; `spec` is put over the Function pvc-backup."""
    found: dict[str, Function | None] = {}
    for document in documents():
        if document["kind"] == "Function":
            if document["metadata"]["name"] == "pvc-backup":
                document["spec"].update(spec)
            found[document["metadata"]["name"]] = Function.model_validate(document)
    return found


def session_spec(name: str = "hourly", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "scheduler": {"schedule": "0 * * * *", "jobTemplate": {}},
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
        "repositories": [
            {
                "name": "s3-repo",
                "backend": "s3",
                "directory": "/files",
                "encryptionSecret": SECRET,
            }
        ],
        **changes,
    }


def configuration(
    *sessions: dict[str, Any], name: str = "files", status: Any = None, **spec: Any
) -> BackupConfiguration:
    whole = {
        "target": CLAIM,
        "backends": [
            {
                "name": "s3",
                "storageRef": {"name": "s3-storage", "namespace": "demo"},
                "retentionPolicy": {"name": "keep", "namespace": "demo"},
            }
        ],
        "sessions": list(sessions) or [session_spec()],
        **spec,
    }
    ready = {"phase": "Ready"} if status is None else status
    return BackupConfiguration.model_validate(_object(name, "demo", spec=whole, status=ready))


def s3(**changes: Any) -> dict[str, Any]:
    block = {"endpoint": "https://s3.test", "bucket": "b", "prefix": "p", "secretName": "s3-secret"}
    return {"provider": "s3", "s3": {**block, **changes}}


def local(**changes: Any) -> dict[str, Any]:
    block = {"mountPath": "/safe/data", "persistentVolumeClaim": {"claimName": "store"}}
    return {"provider": "local", "local": {**block, **changes}}


def storage(
    backend: dict[str, Any] | None = None,
    *,
    name: str = "s3-storage",
    home: str = "demo",
    admits: str = "All",
    **spec: Any,
) -> BackupStorage:
    policy = {"allowedNamespaces": {"from": admits}}
    whole = {"storage": backend or s3(), "usagePolicy": policy, **spec}
    return BackupStorage.model_validate(_object(name, home, spec=whole))


def policy(
    *, name: str = "keep", home: str = "demo", admits: str = "All", **spec: Any
) -> RetentionPolicy:
    usage = {"allowedNamespaces": {"from": admits}}
    return RetentionPolicy.model_validate(_object(name, home, spec={"usagePolicy": usage, **spec}))


def repository(name: str = "s3-repo", home: str = "demo", **spec: Any) -> Repository:
    whole = {
        "appRef": CLAIM,
        "storageRef": {"name": "s3-storage", "namespace": "demo"},
        "path": "/files",
        "encryptionSecret": SECRET,
        **spec,
    }
    return Repository.model_validate(_object(name, home, spec=whole))


def backup_session(
    name: str = "files-hourly-1700000000", *, phase: str = "Pending", session: str = "hourly"
) -> BackupSession:
    invoker = {"apiGroup": "core.kubestash.com", "kind": "BackupConfiguration", "name": "files"}
    spec = {"invoker": invoker, "session": session}
    return BackupSession.model_validate(_object(name, "demo", spec=spec, status={"phase": phase}))


def component(phase: str = "Succeeded", **fields: Any) -> dict[str, Any]:
    stats = [{"summary": {"id": "a" * 64, "hostPath": "/kubestash-data"}}]
    return {"phase": phase, "driver": "Restic", "resticStats": stats, **fields}


def snapshot(
    name: str = "s3-repo-files-hourly-1700000000",
    *,
    age: timedelta = timedelta(),
    phase: str = "Succeeded",
    repository: str = "s3-repo",
    session: str = "hourly",
    home: str = "demo",
    components: dict[str, Any] | None = None,
) -> Snapshot:
    spec = {"repository": repository, "session": session, "appRef": CLAIM, "version": "v1"}
    status = {
        "phase": phase,
        "snapshotTime": (NOW - age).isoformat(),
        "components": {"dump": component()} if components is None else components,
    }
    return Snapshot.model_validate(_object(name, home, spec=spec, status=status))


def restore_session(*, target: Any = CLAIM, **spec: Any) -> RestoreSession:
    whole = {
        "target": target,
        "dataSource": {"repository": "s3-repo", "snapshot": "latest"},
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]},
        **spec,
    }
    return RestoreSession.model_validate(_object("back", "demo", spec=whole))


def keyed(*objects: Any) -> dict[ObjectKey, Any]:
    return {each.key: each for each in objects}


def conditions(**statuses: bool) -> list[dict[str, str]]:
    return [
        {"type": kind, "status": str(status), "message": f"{kind} it is."}
        for kind, status in statuses.items()
    ]


def parts(*phases: str, **fields: Any) -> dict[str, dict[str, Any]]:
    """The components of a Snapshot or RestoreSession, in these phases."""
    return {f"dump-{n}": {"phase": phase, **fields} for n, phase in enumerate(phases)}
