"""How is a backend reached: by restic, and for its own small files?

From a BackupStorage and the data of its Secret come the repository's address, the environment and
files of restic, and the settings of the object store. Which keys a Secret must hold is said here,
too. Addresses follow KubeStash (https://kubestash.com/docs/latest/concepts/crds/backupstorage/)
and restic (https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import UsageError

if TYPE_CHECKING:
    from ..api.storage.backup_storage import BackupStorage

S3 = "s3"
GCS = "gcs"
AZURE = "azure"
LOCAL = "local"
PASSWORD_KEY = "RESTIC_PASSWORD"  # noqa: S105
CA_KEY = "CA_CERT_DATA"
GCS_KEY = "GOOGLE_SERVICE_ACCOUNT_JSON_KEY"

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    S3: ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    GCS: (GCS_KEY,),
    AZURE: ("AZURE_ACCOUNT_KEY",),
    LOCAL: (),
}
_OPTION = {S3: "s3", GCS: "gs", AZURE: "azure", LOCAL: "local"}

_AMBIENT: Mapping[str, tuple[str, ...]] = {
    S3: (
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_SESSION_NAME",
        "AWS_REGION",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_STS_REGIONAL_ENDPOINTS",
    ),
    GCS: ("GOOGLE_APPLICATION_CREDENTIALS",),
    AZURE: (
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_AUTHORITY_HOST",
    ),
    LOCAL: (),
}
"""Variables of workload identity: passed on only when the storage names no Secret."""


@dataclass(frozen=True)
class SecretFile:
    """Something secret that a tool reads from a file of mode 0600."""

    name: str
    content: str = field(repr=False)
    variable: str = ""
    """The environment variable that names the file, if it is named by one."""

    flag: str = ""
    """The flag that names the file, if it is named by one."""


@dataclass(frozen=True)
class ResticAccess:
    """How restic reaches the backend, the same for all repositories in it."""

    flags: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    ambient: tuple[str, ...]
    """Variables of the container that restic may see as well."""

    files: tuple[SecretFile, ...]


@dataclass(frozen=True)
class StoreSettings:
    """How the object store that holds the backend's own files is opened."""

    provider: str
    root: str
    """Local: the directory. Else the key prefix without slashes at its ends; may be empty."""

    config: Mapping[str, Any] = field(repr=False)
    client: Mapping[str, Any] = field(repr=False)
    """HTTP settings: certificates, plain HTTP."""


def provider(storage: BackupStorage) -> str:
    """`s3`, `gcs`, `azure` or `local`. Raises UsageError for anything else."""
    spec = storage.spec.storage
    name = str(spec.provider or "")
    block = {S3: spec.s3, GCS: spec.gcs, AZURE: spec.azure, LOCAL: spec.local}
    if name not in block:
        raise UsageError(
            f"BackupStorage {storage.key}: spec.storage.provider is {name!r}, "
            "it must be one of s3, gcs, azure, local."
        )
    if block[name] is None:
        raise UsageError(f"BackupStorage {storage.key}: spec.storage.{name} is not set.")
    return name


def secret_name(storage: BackupStorage) -> str:
    """The Secret with the credentials; empty means none is named."""
    block = _block(storage)
    return str(block.get("secretName") or "")


def missing_keys(storage: BackupStorage, secret: Mapping[str, str]) -> tuple[str, ...]:
    """What the Secret should hold and does not; empty values count as missing."""
    if not secret_name(storage):
        return ()
    return tuple(key for key in _REQUIRED[provider(storage)] if not secret.get(key, "").strip())


def directory(storage: BackupStorage, path: str) -> str:
    """A directory below the root of the storage, without slashes at its ends.

    Raises UsageError when the path leads out of the storage.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UsageError(f"The path {path!r} leads out of BackupStorage {storage.key}.")
    return "/".join(parts)


def repository_url(storage: BackupStorage, repository_path: str, component_path: str) -> str:
    """The address at which restic finds one component of one Repository."""
    block = _block(storage)
    inside = directory(storage, f"{repository_path}/{component_path}")
    keyed = "/".join(part for part in (_trim(block.get("prefix")), inside) if part)
    match provider(storage):
        case "s3":
            endpoint = _trim_end(block.get("endpoint")) or "s3.amazonaws.com"
            return f"s3:{endpoint}/{_trim(block.get('bucket'))}/{keyed}"
        case "gcs":
            return f"gs:{_trim(block.get('bucket'))}:/{keyed}"
        case "azure":
            return f"azure:{_trim(block.get('container'))}:/{keyed}"
        case _:
            return f"{mount_path(storage)}/{inside}"


def mount_path(storage: BackupStorage) -> str:
    """Where a local storage is mounted, without a slash at its end."""
    path = str(_block(storage).get("mountPath") or "")
    if not path.startswith("/") or not path.strip("/"):
        raise UsageError(
            f"BackupStorage {storage.key}: spec.storage.local.mountPath is {path!r}, "
            "it must be an absolute path below /."
        )
    return path.rstrip("/")


def restic_access(storage: BackupStorage, secret: Mapping[str, str]) -> ResticAccess:
    """Environment, files and flags of restic. The Secret is taken to be complete."""
    name, block = provider(storage), _block(storage)
    flags: list[str] = []
    environment: dict[str, str] = {}
    files: list[SecretFile] = []
    if count := int(block.get("maxConnections") or 0):
        flags += ["-o", f"{_OPTION[name]}.connections={count}"]
    if certificate := secret.get(CA_KEY, ""):
        files.append(SecretFile("ca.crt", certificate, flag="--cacert"))
    match name:
        case "s3":
            environment |= _picked(secret, *_REQUIRED[S3], "AWS_SESSION_TOKEN")
            if region := block.get("region"):
                environment["AWS_DEFAULT_REGION"] = str(region)
            if block.get("insecureTLS"):
                flags.append("--insecure-tls")
        case "gcs":
            environment |= _picked(secret, "GOOGLE_PROJECT_ID")
            if key := secret.get(GCS_KEY, ""):
                files.append(SecretFile("gcs.json", key, "GOOGLE_APPLICATION_CREDENTIALS"))
        case "azure":
            environment["AZURE_ACCOUNT_NAME"] = str(block.get("storageAccount") or "")
            environment |= _picked(secret, "AZURE_ACCOUNT_KEY")
        case _:
            pass
    ambient = () if secret_name(storage) else _AMBIENT[name]
    return ResticAccess(tuple(flags), environment, ambient, tuple(files))


def store_settings(storage: BackupStorage, secret: Mapping[str, str]) -> StoreSettings:
    """Settings of the object store, with the storage's prefix as its root."""
    name, block = provider(storage), _block(storage)
    client: dict[str, Any] = {}
    if certificate := secret.get(CA_KEY, ""):
        client["root_certificate"] = certificate
    match name:
        case "s3":
            config = _s3_config(block, secret)
            if urlsplit(str(config.get("endpoint", ""))).scheme == "http":
                client["allow_http"] = True
            if block.get("insecureTLS"):
                client["allow_invalid_certificates"] = True
        case "gcs":
            config = {"bucket": _trim(block.get("bucket"))}
            if key := secret.get(GCS_KEY, ""):
                config["service_account_key"] = key
        case "azure":
            config = {
                "container_name": _trim(block.get("container")),
                "account_name": str(block.get("storageAccount") or ""),
            }
            if key := secret.get("AZURE_ACCOUNT_KEY", ""):
                config["account_key"] = key.strip()
        case _:
            return StoreSettings(LOCAL, mount_path(storage), {}, {})
    return StoreSettings(name, _trim(block.get("prefix")), config, client)


def _s3_config(block: Mapping[str, Any], secret: Mapping[str, str]) -> dict[str, Any]:
    config: dict[str, Any] = {
        "bucket": _trim(block.get("bucket")),
        "region": str(block.get("region") or "us-east-1"),
        "virtual_hosted_style_request": False,
    }
    if endpoint := _trim_end(block.get("endpoint")):
        config["endpoint"] = endpoint if "://" in endpoint else f"https://{endpoint}"
    for ours, theirs in (
        ("AWS_ACCESS_KEY_ID", "access_key_id"),
        ("AWS_SECRET_ACCESS_KEY", "secret_access_key"),
        ("AWS_SESSION_TOKEN", "session_token"),
    ):
        if value := secret.get(ours, "").strip():
            config[theirs] = value
    return config


def _block(storage: BackupStorage) -> Mapping[str, Any]:
    """The block of the provider as JSON: its fields differ from provider to provider."""
    block = getattr(storage.spec.storage, provider(storage))
    if isinstance(block, Mapping):
        return block
    fields: dict[str, Any] = block.model_dump(by_alias=True, exclude_none=True)
    return fields


def _picked(secret: Mapping[str, str], *keys: str) -> dict[str, str]:
    # A Secret made from a file often ends in a newline, which no key does.
    return {key: value for key in keys if (value := secret.get(key, "").strip())}


def _trim(value: Any) -> str:
    return str(value or "").strip("/")


def _trim_end(value: Any) -> str:
    return str(value or "").rstrip("/")
