"""Which objects does a Job read by their names?

Whoever can start a pod as a Job's ServiceAccount can read what the Job can. So a Job may read the
objects that its own run names, and no others: not all Secrets of a namespace because one of them
belongs to a BackupStorage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import APP_BINDING, BACKUP_STORAGE, REPOSITORY, SECRET, ObjectKey
from .access import Named
from .backend import secret_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.app_binding import AppBinding
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.repository import Repository
    from .run_tasks import BackupJobInputs, RestoreJobInputs


def of_storage(storage: BackupStorage) -> list[Named]:
    """A BackupStorage and the Secret with its credentials, if it needs one."""
    name = secret_name(storage)
    secret = ObjectKey(storage.metadata.namespace, name)
    return [Named(BACKUP_STORAGE, storage.key), *([Named(SECRET, secret)] if name else [])]


def of_files(repository: Repository, storage: BackupStorage) -> list[Named]:
    """What it takes to reach the files of a Repository, without what restic has encrypted."""
    return [Named(REPOSITORY, repository.key), *of_storage(storage)]


def of_repository(
    repository: Repository, storage: BackupStorage, *, password: ObjectKey | None = None
) -> list[Named]:
    """What it takes to open a Repository; `password` stands in for its own encryption Secret."""
    own = repository.spec.encryption_secret
    secret = password or (own.key(repository.metadata.namespace) if own is not None else None)
    return [
        *of_files(repository, storage),
        *([Named(SECRET, secret)] if secret is not None and secret.name else []),
    ]


def of_session(
    repositories: Iterable[Repository], storages: Iterable[BackupStorage]
) -> list[Named]:
    """What the Jobs of a BackupSession read, whatever its target asks for."""
    by_key = {storage.key: storage for storage in storages}
    found: list[Named] = []
    for repository in repositories:
        reference = repository.spec.storage_ref
        storage = by_key.get(reference.key(repository.metadata.namespace)) if reference else None
        if storage is not None:
            found += of_repository(repository, storage)
    return found


def of_binding(binding: AppBinding | None) -> list[Named]:
    """An AppBinding, its credentials and its certificates."""
    if binding is None:
        return []
    home, secrets = binding.metadata.namespace, (binding.spec.secret, binding.spec.tls_secret)
    named = [each.name for each in secrets if each is not None and each.name]
    return [
        Named(APP_BINDING, binding.key),
        *(Named(SECRET, ObjectKey(home, name)) for name in dict.fromkeys(named)),
    ]


def of_backup(inputs: BackupJobInputs) -> list[Named]:
    """What the Jobs of a BackupSession read."""
    return [*of_session(inputs.repositories, inputs.storages), *of_binding(inputs.binding)]


def of_restore(inputs: RestoreJobInputs) -> list[Named]:
    """What the Jobs of a RestoreSession read."""
    source = inputs.session.spec.data_source
    given = source.encryption_secret if source is not None else None
    password = given.key(inputs.session.metadata.namespace) if given is not None else None
    opened = of_repository(inputs.repository, inputs.storage, password=password)
    return [*opened, *of_binding(inputs.binding)]
