"""The objects that a user would write; each names only what a test may want to change."""

from __future__ import annotations

from typing import Any

from kubectl_kubestash import __version__

Manifest = dict[str, Any]

IMAGE = f"docker.io/library/kubectl-kubestash:{__version__}"
STORAGE = "storage.kubestash.com/v1alpha1"
CORE = "core.kubestash.com/v1alpha1"


def _object(api_version: str, kind: str, name: str, **parts: Any) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **parts}


def claim(name: str, size: str = "1Gi") -> Manifest:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return _object("v1", "PersistentVolumeClaim", name, spec=spec)


def holder(name: str, claim_name: str) -> Manifest:
    """A pod that holds the volume at /data and does nothing; tests work in it through exec."""
    container = {
        "name": "holder",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
        "securityContext": {"runAsUser": 0, "runAsGroup": 0},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}
    spec = {
        "containers": [container],
        "volumes": [volume],
        "terminationGracePeriodSeconds": 0,
    }
    return _object("v1", "Pod", name, spec=spec)


def secret(name: str, **data: str) -> Manifest:
    return _object("v1", "Secret", name, stringData=data)


def encryption_secret(password: str = "correct horse battery staple") -> Manifest:
    return secret("encrypt-secret", RESTIC_PASSWORD=password)


def s3_storage(
    name: str, *, endpoint: str, bucket: str, prefix: str, secret_name: str = "s3-secret"
) -> Manifest:
    s3 = {
        "endpoint": endpoint,
        "bucket": bucket,
        "prefix": prefix,
        "region": "us-east-1",
        "secretName": secret_name,
    }
    return _storage(name, {"provider": "s3", "s3": s3})


def local_storage(name: str, claim_name: str) -> Manifest:
    local = {"mountPath": "/backups", "persistentVolumeClaim": {"claimName": claim_name}}
    storage = _storage(name, {"provider": "local", "local": local})
    storage["spec"]["runtimeSettings"] = {"pod": {"securityContext": {"runAsUser": 0}}}
    return storage


def _storage(name: str, backend: Manifest) -> Manifest:
    spec = {
        "storage": backend,
        "usagePolicy": {"allowedNamespaces": {"from": "All"}},
        "deletionPolicy": "Delete",
    }
    return _object(STORAGE, "BackupStorage", name, spec=spec)


def retention(name: str = "keep-3", **successful: int) -> Manifest:
    counts = successful or {"last": 3}
    spec = {"successfulSnapshots": counts, "failedSnapshots": {"last": 2}}
    return _object(STORAGE, "RetentionPolicy", name, spec=spec)


def configuration(
    name: str,
    *,
    claim_name: str,
    storage: str,
    directory: str = "/files",
    session: str = "manual",
    **session_fields: Any,
) -> Manifest:
    """Backs up one PVC as root, so that files of any owner can be read; scheduled once a year."""
    entry = {
        "name": session,
        "scheduler": {"schedule": "0 0 1 1 *", "jobTemplate": {}},
        "repositories": [
            {
                "name": f"{name}-repo",
                "backend": "main",
                "directory": directory,
                "encryptionSecret": {"name": "encrypt-secret"},
            }
        ],
        "addon": {
            "name": "pvc-addon",
            "tasks": [{"name": "logical-backup"}],
            "jobTemplate": {"spec": {"securityContext": {"runAsUser": 0, "runAsGroup": 0}}},
        },
        **session_fields,
    }
    spec = {
        "target": {"apiGroup": "", "kind": "PersistentVolumeClaim", "name": claim_name},
        "backends": [
            {
                "name": "main",
                "storageRef": {"name": storage},
                "retentionPolicy": {"name": "keep-3"},
            }
        ],
        "sessions": [entry],
    }
    return _object(CORE, "BackupConfiguration", name, spec=spec)


def restore(name: str, *, claim_name: str, repository: str, snapshot: str = "latest") -> Manifest:
    spec = {
        "target": {"apiGroup": "", "kind": "PersistentVolumeClaim", "name": claim_name},
        "dataSource": {
            "repository": repository,
            "snapshot": snapshot,
            "encryptionSecret": {"name": "encrypt-secret"},
        },
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]},
    }
    return _object(CORE, "RestoreSession", name, spec=spec)
