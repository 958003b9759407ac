"""What does a BackupConfiguration become? One of KubeStash's, with one backend and one session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import BACKUP_CONFIGURATION
from . import metadata
from .hooks import HookOwner, hooks
from .invocation import addon, secret, settle_repository, storage_reference
from .repositories import places
from .stash_objects import name_of
from .target import reference as target_reference

if TYPE_CHECKING:
    from ..manifest import Object
    from .reading import Reading
    from .retention import Policies
    from .stash_objects import StashObjects

SESSION, BACKEND = "backup", "storage"


def backup_configuration(reading: Reading, stash: StashObjects, policies: Policies) -> list[Object]:
    """The BackupConfiguration, its RetentionPolicy when that is new, and its HookTemplates."""
    made = metadata.same(BACKUP_CONFIGURATION, reading)
    spec, home = reading.at("spec"), metadata.home_of(reading)
    owner = name_of(made)
    place = places(stash)[home, owner]
    policy, new_policies = policies.of(spec, owner=owner, namespace=home)
    storage = storage_reference(spec, home)
    backend = {"name": BACKEND, "storageRef": storage, "retentionPolicy": _reference(policy, home)}
    application = stash.target(spec.get("target.ref") or {}, home)
    block, templates = hooks(spec, HookOwner(owner, home, application), ("preBackup", "postBackup"))
    _, asked = addon(spec, stash, reading.raw, verb="backup")
    repository = {
        "name": place.name,
        "backend": BACKEND,
        "directory": place.directory,
        "encryptionSecret": secret(spec, stash, home),
    }
    session = {**schedule(spec), "repositories": [repository], "addon": asked}
    target = target_reference(spec)
    if block:
        session["hooks"] = block
    made["spec"] = {
        **({"target": target} if target else {}),
        "backends": [backend],
        "sessions": [session],
        **spec.taken(paused="paused"),
    }
    settle_repository(spec, namespaces=(storage.get("namespace", home),), names={storage["name"]})
    return [*new_policies, *templates, made]


def schedule(spec: Reading) -> dict[str, Any]:
    """Name, scheduler and limits of the session."""
    session: dict[str, Any] = {"name": SESSION}
    if spec.get("schedule"):
        job = {"backoffLimit": 1}
        session["scheduler"] = {"schedule": spec.take("schedule"), "jobTemplate": job}
    session |= spec.taken(backupTimeout="timeOut", sessionHistoryLimit="backupHistoryLimit")
    if (spec.get("retryConfig.maxRetry") or 0) > 0:
        session["retryConfig"] = spec.at("retryConfig").taken(maxRetry="maxRetry", delay="delay")
    else:
        spec.drop("retryConfig", "there is no retry")
    return session


def _reference(name: str, namespace: str) -> dict[str, str]:
    return {"name": name, **({"namespace": namespace} if namespace else {})}
