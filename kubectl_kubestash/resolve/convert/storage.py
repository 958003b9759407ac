"""Where does the data go? A Repository of Stash names a backend, as a BackupStorage does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import BACKUP_STORAGE
from . import metadata
from .reading import LOST
from .stash_objects import reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..manifest import Object
    from .reading import Reading
    from .stash_objects import Options

STORAGE_ACCOUNT = "set-the-storage-account"
_UNKNOWN = ("swift", "b2", "rest")


def repository(reading: Reading) -> list[Object]:
    """The BackupStorage of a Repository; none when KubeStash has no such backend."""
    made = metadata.same(BACKUP_STORAGE, reading)
    spec = reading.at("spec")
    storage = backend(spec.at("backend"))
    if not storage:
        reading.note(LOST, "", "KubeStash has no such backend, so there is no BackupStorage")
        return []
    made["spec"] = {"storage": storage, **settings(spec)}
    spec.remark(
        "what Stash has stored stays readable for Stash and restic alone; KubeStash begins anew, "
        "in directories below the same prefix"
    )
    return [made]


def settings(spec: Reading) -> dict[str, Any]:
    """Who may use the storage, and what becomes of its data."""
    found: dict[str, Any] = {"deletionPolicy": "WipeOut" if spec.get("wipeOut") else "Delete"}
    if spec.get("wipeOut"):
        message = (
            "with deletionPolicy WipeOut, everything below the prefix is erased when the "
            "BackupStorage is deleted, also what Stash has stored there"
        )
        spec.review("wipeOut", message)
    else:
        spec.drop("wipeOut", "deletionPolicy Delete keeps the data")
    return {**found, **spec.taken(usagePolicy="usagePolicy")}


def backend(given: Reading) -> dict[str, Any]:
    """`spec.storage` of a BackupStorage; empty when there is none."""
    for provider, build in _BUILDERS.items():
        if given.get(provider) is not None:
            return {"provider": provider, provider: build(given, given.at(provider))}
    for provider in _UNKNOWN:
        given.lose(provider, f"KubeStash has no backend {provider}")
    return {}


def _s3(given: Reading, block: Reading) -> dict[str, Any]:
    found = block.taken(
        bucket="bucket", prefix="prefix", region="region", maxConnections="maxConnections"
    )
    endpoint = str(block.take("endpoint") or "")
    if endpoint:
        is_url = endpoint.startswith("http")
        found = {"endpoint": endpoint if is_url else f"https://{endpoint}", **found}
    insecure = block.taken(insecureTLS="insecureTLS")
    return {**found, **_secret(given), **insecure}


def _gcs(given: Reading, block: Reading) -> dict[str, Any]:
    found = block.taken(bucket="bucket", prefix="prefix", maxConnections="maxConnections")
    return {**found, **_secret(given)}


def _azure(given: Reading, block: Reading) -> dict[str, Any]:
    found = block.taken(container="container", prefix="prefix", maxConnections="maxConnections")
    block.remark(
        f"storageAccount: Stash has it in the Secret as AZURE_ACCOUNT_NAME; put it in the place of "
        f"{STORAGE_ACCOUNT}",
    )
    return {"storageAccount": STORAGE_ACCOUNT, **found, **_secret(given)}


def _local(given: Reading, block: Reading) -> dict[str, Any]:
    given.review(
        "storageSecretName",
        "a local storage needs no Secret; sessions name this one as their encryptionSecret",
    )
    return {name: block.take(name) for name in block.raw if block.get(name) is not None}


_BUILDERS: dict[str, Callable[[Reading, Reading], dict[str, Any]]] = {
    "s3": _s3,
    "gcs": _gcs,
    "azure": _azure,
    "local": _local,
}


def _secret(given: Reading) -> dict[str, Any]:
    return given.taken(secretName="storageSecretName")


def encryption_secret(
    options: Options, *, named: str, repository_name: str, namespace: str
) -> dict[str, str]:
    """The Secret with RESTIC_PASSWORD: what the user says, else that of the storage."""
    if options.encryption_secret:
        return dict(options.encryption_secret)
    return reference(named or f"{repository_name}-encryption-secret", namespace)
