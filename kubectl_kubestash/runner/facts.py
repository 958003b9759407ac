"""Reads from the cluster what a task of the runner needs to know.

Each reader follows references from the object that the Job names. What is missing for one
Repository is told for that Repository only, so that the others still get their backup.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..api.core.backup_session import BackupSession
from ..api.core.restore_session import RestoreSession
from ..api.resources import (
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    RESTORE_SESSION,
    SECRET,
    SNAPSHOT,
    ObjectKey,
)
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..api.storage.snapshot import Snapshot
from ..errors import KubeStashError, NotFound, UsageError
from ..resolve.backend import PASSWORD_KEY, missing_keys, secret_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.meta import ObjectReference
    from ..kube.client import Client


@dataclass(frozen=True)
class StorageFacts:
    """A BackupStorage and what its Secret holds."""

    storage: BackupStorage
    secret: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class RepositoryFacts(StorageFacts):
    """A Repository with all that is needed to open it."""

    repository: Repository
    raw: Mapping[str, Any] = field(repr=False)
    password: str = field(repr=False)
    encryption_secret: ObjectKey
    """Where the password comes from."""


@dataclass(frozen=True)
class BackupTarget:
    """A Snapshot of the session, and the Repository that it goes to."""

    snapshot: Snapshot
    repository: RepositoryFacts | KubeStashError
    """Or why the Repository cannot be opened."""


@dataclass(frozen=True)
class BackupFacts:
    """A BackupSession and where it writes to."""

    session: BackupSession
    targets: tuple[BackupTarget, ...]


def read_backup(client: Client, key: ObjectKey) -> BackupFacts:
    """The session and its Snapshots. Raises NotFound, or UsageError when it has none."""
    session = BackupSession.model_validate(client.get(BACKUP_SESSION, key))
    targets = []
    for name in _snapshot_names(session):
        raw = client.get(SNAPSHOT, ObjectKey(key.namespace, name))
        snapshot = Snapshot.model_validate(raw)
        targets.append(BackupTarget(snapshot, _repository_or_error(client, snapshot)))
    return BackupFacts(session, tuple(targets))


def read_restore_session(client: Client, key: ObjectKey) -> RestoreSession:
    """The RestoreSession. Raises NotFound."""
    return RestoreSession.model_validate(client.get(RESTORE_SESSION, key))


def read_snapshot(client: Client, key: ObjectKey) -> Snapshot:
    """The Snapshot. Raises NotFound."""
    return Snapshot.model_validate(client.get(SNAPSHOT, key))


def read_storage(client: Client, key: ObjectKey) -> StorageFacts:
    """A BackupStorage with its Secret, complete. Raises NotFound, UsageError."""
    storage = BackupStorage.model_validate(client.get(BACKUP_STORAGE, key))
    name = secret_name(storage)
    if not name:
        return StorageFacts(storage, {})
    secret = ObjectKey(key.namespace, name)
    content = read_secret(client, secret, f"of BackupStorage {key}")
    if missing := missing_keys(storage, content):
        raise UsageError(
            f"Secret {secret} of BackupStorage {key} has no {' and no '.join(missing)}.",
            f"kubectl describe secret {name} -n {key.namespace}",
        )
    return StorageFacts(storage, content)


def read_repository(
    client: Client, key: ObjectKey, *, encryption: ObjectKey | None = None
) -> RepositoryFacts:
    """A Repository, its storage and both Secrets. `encryption` replaces its encryption Secret.

    Raises NotFound, UsageError.
    """
    raw = client.get(REPOSITORY, key)
    repository = Repository.model_validate(raw)
    facts = read_storage(client, _storage_key(repository))
    secret = encryption or _key(repository.spec.encryption_secret, key.namespace)
    if secret is None:
        raise UsageError(f"Repository {key}: spec.encryptionSecret is not set.")
    password = read_secret(client, secret, f"of Repository {key}").get(PASSWORD_KEY, "")
    if not password.strip():
        raise UsageError(f"Secret {secret} of Repository {key} has no {PASSWORD_KEY}.")
    return RepositoryFacts(
        storage=facts.storage,
        secret=facts.secret,
        repository=repository,
        raw=raw,
        password=password,
        encryption_secret=secret,
    )


def read_repository_files(client: Client, key: ObjectKey) -> tuple[Repository, StorageFacts]:
    """A Repository and its storage, for work that needs no password."""
    repository = Repository.model_validate(client.get(REPOSITORY, key))
    return repository, read_storage(client, _storage_key(repository))


def read_secret(client: Client, key: ObjectKey, whose: str) -> dict[str, str]:
    """The data of a Secret as text; keys that hold no text are left out. Raises NotFound."""
    raw = client.find(SECRET, key)
    if raw is None:
        raise NotFound(f"Secret {key} {whose} is not there.", code=404, reason="NotFound")
    found: dict[str, str] = {}
    for name, value in (raw.get("data") or {}).items():
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _snapshot_names(session: BackupSession) -> list[str]:
    """What the operator records before it makes a Job. Raises UsageError without any."""
    if recorded := [entry.name for entry in session.status.snapshots if entry.name]:
        return recorded
    raise UsageError(
        f"BackupSession {session.key}: status.snapshots is empty, so there is nowhere to record "
        "a backup."
    )


def _repository_or_error(client: Client, snapshot: Snapshot) -> RepositoryFacts | KubeStashError:
    key = ObjectKey(snapshot.metadata.namespace, snapshot.spec.repository)
    try:
        return read_repository(client, key)
    except KubeStashError as error:
        return error


def _storage_key(repository: Repository) -> ObjectKey:
    key = _key(repository.spec.storage_ref, repository.metadata.namespace)
    if key is None:
        raise UsageError(f"Repository {repository.key}: spec.storageRef is not set.")
    return key


def _key(reference: ObjectReference | None, home: str) -> ObjectKey | None:
    return None if reference is None else reference.key(home)
