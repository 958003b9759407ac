"""What does a BackupConfiguration refer to, and what of it is there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.addons.addon import Addon
from ..api.addons.function import Function
from ..api.resources import REPOSITORY, ObjectKey
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..api.storage.retention_policy import RetentionPolicy
from ..resolve.backend_keys import policy_keys, storage_keys
from ..resolve.effective_configuration import effective
from ..resolve.validation import ConfigurationInputs
from ..resolve.validation.repositories import normal
from .namespace import namespace_of
from .reader import every, find, has_views

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.core.backup_configuration import BackupConfiguration
    from ..api.core.session import Backend
    from .reader import Reader

DIRECTORY = "directory"
"""Name of the index of Repositories by their directory."""


def configuration_inputs(
    reader: Reader,
    configuration: BackupConfiguration,
    *,
    allow_cross_namespace: bool = True,
    others: bool = True,
) -> ConfigurationInputs:
    """The configuration with its defaults filled in, and everything that it refers to.

    Without `others`, the Repositories of the cluster that could be in its way are left out: who
    does not judge the configuration does not need them.
    """
    home = configuration.metadata.namespace
    namespace = namespace_of(reader, home)
    whole = with_defaults(reader, configuration)
    policies = {
        key: find(reader, RetentionPolicy, key) for key in policy_keys(whole.spec.backends, home)
    }
    addons = addons_named(reader, {session.addon.name for session in whole.spec.sessions})
    return ConfigurationInputs(
        configuration=whole,
        namespace=namespace,
        storages=storages_of(reader, whole.spec.backends, home),
        policies=policies,
        addons=addons,
        functions=functions_of(reader, *addons.values()),
        repositories=_in_its_way(reader, whole) if others else (),
        allow_cross_namespace=allow_cross_namespace,
    )


def storages_of(
    reader: Reader, backends: Iterable[Backend], home: str
) -> dict[ObjectKey, BackupStorage | None]:
    """The BackupStorages that these backends name; None for those that are not there."""
    return {key: find(reader, BackupStorage, key) for key in storage_keys(backends, home)}


def addons_named(reader: Reader, names: set[str]) -> dict[str, Addon | None]:
    """The Addons of these names; None for those that are not there."""
    return {name: find(reader, Addon, ObjectKey("", name)) for name in sorted(names) if name}


def functions_of(reader: Reader, *addons: Addon | None) -> dict[str, Function | None]:
    """The Functions that the tasks of these Addons name; None for those that are not there."""
    names = {
        task.function
        for addon in addons
        if addon is not None
        for task in (*addon.spec.backup_tasks, *addon.spec.restore_tasks)
    }
    return {name: find(reader, Function, ObjectKey("", name)) for name in sorted(names) if name}


def _in_its_way(reader: Reader, configuration: BackupConfiguration) -> list[Repository]:
    """The Repositories that share a name or a directory with one of the configuration's."""
    home = configuration.metadata.namespace
    wanted = [entry for session in configuration.spec.sessions for entry in session.repositories]
    names = {entry.name for entry in wanted}
    directories = {normal(entry.directory) for entry in wanted}
    keys = {ObjectKey(home, name) for name in names}
    keys |= {
        ObjectKey(raw["metadata"]["namespace"], raw["metadata"]["name"])
        for raw in _in_directories(reader, directories)
    }
    found = (find(reader, Repository, key) for key in sorted(keys))
    return [entry for entry in found if entry is not None]


def directory_of(repository: Mapping[str, Any]) -> tuple[str, ...]:
    """Under what the index `directory` files a raw Repository."""
    return (normal(str((repository.get("spec") or {}).get("path") or "")),)


def _in_directories(reader: Reader, directories: set[str]) -> list[dict[str, Any]]:
    if has_views(reader):
        return [raw for each in directories for raw in reader.by_index(REPOSITORY, DIRECTORY, each)]
    return [raw for raw in reader.list(REPOSITORY) if directory_of(raw)[0] in directories]


def with_defaults(reader: Reader, configuration: BackupConfiguration) -> BackupConfiguration:
    """The configuration with the storage and the policies filled in that it does not name."""
    backends = configuration.spec.backends
    if backends and all(backend.retention_policy is not None for backend in backends):
        return configuration
    return effective(
        configuration,
        storages=() if backends else every(reader, BackupStorage),
        policies=every(reader, RetentionPolicy),
        namespace=namespace_of(reader, configuration.metadata.namespace),
    )
