"""The specs that `create` makes from flags."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ..errors import UsageError

MOUNT_PATH = "/kubestash-backend"
_PROVIDERS = ("s3", "gcs", "azure", "local")
_FLAGS = {
    "s3": {"bucket", "endpoint", "region", "prefix", "secret", "insecure_tls"},
    "gcs": {"bucket", "prefix", "secret"},
    "azure": {"bucket", "account", "prefix", "secret"},
    "local": {"pvc", "nfs", "host_path", "mount_path", "sub_path", "run_as_user"},
}
"""The flags of each provider; those that none has are for all."""

_NOBODY = 65534
_ADDONS = {
    "PersistentVolumeClaim": "pvc-addon",
    "Deployment": "workload-addon",
    "StatefulSet": "workload-addon",
    "DaemonSet": "workload-addon",
}


@dataclass(frozen=True, kw_only=True)
class StorageFlags:
    """The flags of `create storage` that say where the data lies."""

    provider: str
    bucket: str = ""
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    account: str = ""
    secret: str = ""
    insecure_tls: bool = False
    pvc: str = ""
    nfs: str = ""
    host_path: str = ""
    mount_path: str = MOUNT_PATH
    sub_path: str = ""
    run_as_user: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConfigurationFlags:
    """The flags of `create backupconfig`, with all defaults filled in."""

    target: dict[str, str]
    storage: dict[str, str]
    retention: dict[str, str]
    """Empty for the default one."""

    encryption_secret: dict[str, str]
    schedule: str
    session: str
    addon: str
    task: str
    parameters: dict[str, Any]
    repository: str
    directory: str
    history: int
    backup_timeout: str = ""
    retries: int = 0
    run_as_user: int | None = None
    paused: bool = False


def storage_spec(flags: StorageFlags) -> dict[str, Any]:
    """The `spec` of a BackupStorage. Raises UsageError that names the flag that is missing."""
    provider = one_of("--provider", flags.provider, *_PROVIDERS)
    _refuse_flags_of_others(flags, provider)
    if provider == "local":
        return _local(flags)
    if not flags.bucket:
        raise UsageError(f"--bucket is needed for {provider}")
    if provider == "azure" and not flags.account:
        raise UsageError("--account is needed for azure")
    named = {
        "s3": {"endpoint": flags.endpoint, "bucket": flags.bucket, "region": flags.region},
        "gcs": {"bucket": flags.bucket},
        "azure": {"storageAccount": flags.account, "container": flags.bucket},
    }[provider]
    block: dict[str, Any] = {**named, "prefix": flags.prefix, "secretName": flags.secret}
    if flags.insecure_tls:
        block["insecureTLS"] = True
    filled = {key: value for key, value in block.items() if value}
    return {"storage": {"provider": provider, provider: filled}}


def _refuse_flags_of_others(flags: StorageFlags, provider: str) -> None:
    """A flag that this provider has no field for would be lost in silence."""
    for field in fields(StorageFlags):
        known = [name for name, own in _FLAGS.items() if field.name in own]
        is_set = getattr(flags, field.name) != field.default
        if known and provider not in known and is_set:
            flag = f"--{field.name.replace('_', '-')}"
            raise UsageError(f"{flag} is for {' and '.join(known)} storages, not for {provider}")


def configuration_spec(flags: ConfigurationFlags) -> dict[str, Any]:
    """The `spec` of a BackupConfiguration with one session."""
    task: dict[str, Any] = {"name": flags.task}
    if flags.parameters:
        task["params"] = flags.parameters
    addon: dict[str, Any] = {"name": flags.addon, "tasks": [task]}
    if flags.run_as_user is not None:
        who = {"runAsUser": flags.run_as_user}
        addon["jobTemplate"] = {"spec": {"securityContext": who}}
    session: dict[str, Any] = {
        "name": flags.session,
        "sessionHistoryLimit": flags.history,
        "scheduler": {"schedule": flags.schedule, "jobTemplate": {}},
        "repositories": [
            {
                "name": flags.repository,
                "backend": "backend",
                "directory": flags.directory,
                "encryptionSecret": flags.encryption_secret,
            }
        ],
        "addon": addon,
    }
    if flags.backup_timeout:
        session["backupTimeout"] = flags.backup_timeout
    if flags.retries:
        session["retryConfig"] = {"maxRetry": flags.retries}
    backend: dict[str, Any] = {"name": "backend", "storageRef": flags.storage}
    if flags.retention:
        backend["retentionPolicy"] = flags.retention
    spec: dict[str, Any] = {"target": flags.target, "backends": [backend], "sessions": [session]}
    if flags.paused:
        spec["paused"] = True
    return spec


def addon_of(kind: str) -> str:
    """The Addon that goes with a kind of target. Raises UsageError where none is known."""
    if kind not in _ADDONS:
        raise UsageError(
            f"which addon backs up a {kind}?", "--addon NAME", "kubectl kubestash addon list"
        )
    return _ADDONS[kind]


def usage_policy(usable_from: str) -> dict[str, Any]:
    """Who may use it. Raises UsageError."""
    who = one_of("--usable-from", usable_from.capitalize(), "All", "Same")
    return {"allowedNamespaces": {"from": who}}


def one_of(flag: str, value: str, *known: str) -> str:
    """The value, when it is one of those known. Raises UsageError."""
    if value not in known:
        raise UsageError(f"{flag} is one of {', '.join(known)}, not {value!r}")
    return value


def _local(flags: StorageFlags) -> dict[str, Any]:
    sources: dict[str, Any] = {}
    if flags.pvc:
        sources["persistentVolumeClaim"] = {"claimName": flags.pvc}
    if flags.host_path:
        sources["hostPath"] = {"path": flags.host_path, "type": "DirectoryOrCreate"}
    if flags.nfs:
        server, separator, path = flags.nfs.partition(":")
        if not separator or not path.startswith("/"):
            raise UsageError(f"--nfs {flags.nfs!r} is not like server:/path")
        sources["nfs"] = {"server": server, "path": path}
    if len(sources) != 1:
        raise UsageError("a local storage needs one of --pvc, --nfs and --host-path")
    block = {**sources, "mountPath": flags.mount_path}
    if flags.sub_path:
        block["subPath"] = flags.sub_path
    # A directory of the node belongs to root; volumes are handed over to the group of the pod.
    who = {"runAsUser": 0} if flags.host_path else {"fsGroup": _NOBODY}
    if flags.run_as_user is not None:
        who = {"runAsUser": flags.run_as_user}
    return {
        "storage": {"provider": "local", "local": block},
        "runtimeSettings": {"pod": {"securityContext": who}},
    }
