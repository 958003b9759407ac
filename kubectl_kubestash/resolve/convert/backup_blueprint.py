"""What does a BackupBlueprint become? A BackupStorage, and a blueprint that writes to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...api.resources import BACKUP_BLUEPRINT, BACKUP_STORAGE, ObjectKey
from ..manifest import Object, manifest
from . import metadata
from .backup_configuration import BACKEND, schedule
from .hooks import HookOwner, hooks
from .invocation import addon
from .stash_objects import name_of, reference
from .storage import backend, encryption_secret, settings

if TYPE_CHECKING:
    from .reading import Reading
    from .retention import Policies
    from .stash_objects import StashObjects

_VARIABLES = {
    "TARGET_NAMESPACE": "namespace",
    "TARGET_NAME": "targetName",
    "TARGET_KIND": "targetKind",
    "TARGET_APP_RESOURCE": "dbType",
    "TARGET_APP_VERSION": "appVersion",
}
_OLD_NAMES = re.compile(r"\$\{(" + "|".join(_VARIABLES) + r")\}")


def backup_blueprint(reading: Reading, stash: StashObjects, policies: Policies) -> list[Object]:
    """The blueprint, its BackupStorage, RetentionPolicy and HookTemplates, in one namespace."""
    spec = reading.at("spec")
    home = _home(reading, spec, stash)
    made = metadata.same(BACKUP_BLUEPRINT, reading, namespace=home)
    name = name_of(made)
    storage, directory = _storage(spec, ObjectKey(home, f"{name}-storage"))
    policy, new_policies = policies.of(spec, owner=name, namespace=home)
    session, templates = _session(reading, stash, ObjectKey(home, name), directory)
    where = {
        "name": BACKEND,
        "storageRef": reference(f"{name}-storage", home),
        "retentionPolicy": reference(policy, home),
    }
    template = {"backends": [where], "sessions": [session], "deletionPolicy": "OnDelete"}
    if (wanted := spec.get("backupNamespace")) is not None:
        template["namespace"] = wanted
        spec.take("backupNamespace")
    made["spec"] = {
        "backupConfigurationTemplate": template,
        **spec.taken(usagePolicy="usagePolicy"),
    }
    spec.remark(
        "applications name the blueprint, and the values of variables such as ${repoName}, by "
        "annotations of KubeStash's; those of another namespace need a usagePolicy that admits them"
    )
    return [*storage, *new_policies, *templates, made]


def _session(
    reading: Reading, stash: StashObjects, key: ObjectKey, directory: str
) -> tuple[dict[str, Any], list[Object]]:
    """The session of every BackupConfiguration that is made, and its HookTemplates."""
    spec = reading.at("spec")
    block, templates = hooks(spec, HookOwner(key.name, key.namespace), ("preBackup", "postBackup"))
    _, asked = addon(spec, stash, reading.raw, verb="backup")
    secret = encryption_secret(
        stash.options,
        named=str(spec.get("backend.storageSecretName") or ""),
        repository_name=key.name,
        namespace=key.namespace,
    )
    repository = {
        "name": "${repoName}",
        "backend": BACKEND,
        "directory": directory,
        "encryptionSecret": secret,
    }
    session = {**schedule(spec), "repositories": [repository], "addon": asked}
    return {**session, **({"hooks": block} if block else {})}, templates


def _home(reading: Reading, spec: Reading, stash: StashObjects) -> str:
    """Blueprints of KubeStash are in a namespace; those of Stash are not."""
    for field in ("repoNamespace", "backupNamespace"):
        if wanted := spec.get(field):
            spec.take(field)
            return str(wanted)
    if own := metadata.home_of(reading):
        reading.take("metadata.namespace")
        return own
    reading.at("metadata").remark(
        f"a BackupBlueprint is in a namespace; this one is put into {stash.options.namespace}"
    )
    return stash.options.namespace


def _storage(spec: Reading, key: ObjectKey) -> tuple[list[Object], str]:
    """The storage, and the directory in it: from the first variable on, a prefix is a directory."""
    given = backend(spec.at("backend"))
    block: dict[str, Any] = given.get(str(given.get("provider")), {})
    field = "subPath" if given.get("provider") == "local" else "prefix"
    start, sign, rest = str(block.get(field, "")).partition("${")
    directory = _OLD_NAMES.sub(lambda match: f"${{{_VARIABLES[match[1]]}}}", f"{sign}{rest}")
    if sign:
        block[field] = start.rstrip("/")
        message = "from its first variable on, it is the directory of each Repository"
        spec.review(f"backend.{given['provider']}.{field}", message)
    directory = directory.strip("/") or "${namespace}/${targetName}"
    settled = settings(spec)
    if not given:
        return [], directory
    block = {name: value for name, value in block.items() if value != ""}
    storage = {"provider": given["provider"], given["provider"]: block}
    return [manifest(BACKUP_STORAGE, key, spec={"storage": storage, **settled})], directory
