"""May the sessions of a BackupConfiguration write to the Repositories that they name?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import local_storage
from ..findings import Finding
from ..finish_result import most_that_fit
from ..wording import did_you_mean, not_supported
from .sessions import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.core.backup_configuration import Session
    from ...api.repository_info import RepositoryInfo
    from ...api.resources import ObjectKey
    from .backup_configuration import ConfigurationInputs


@dataclass(frozen=True)
class _Entry:
    """One entry of `repositories` of a session."""

    info: RepositoryInfo
    field: str
    storage: ObjectKey | None

    @property
    def directory(self) -> str:
        return normal(self.info.directory)


def normal(directory: str) -> str:
    """A directory without superfluous slashes."""
    return "/".join(part for part in directory.split("/") if part not in ("", "."))


def repository_findings(inputs: ConfigurationInputs) -> Iterator[Finding]:
    """Objections to `spec.sessions[].repositories`."""
    entries: list[_Entry] = []
    for index, session in enumerate(inputs.configuration.spec.sessions):
        of_session = list(_entries(inputs, session, f"spec.sessions[{index}].repositories"))
        yield from _session(inputs, session, f"spec.sessions[{index}].repositories")
        yield from _mount_paths(inputs, of_session)
        entries += of_session
    for entry in entries:
        yield from _fields(inputs, entry)
        yield from _cross_namespace(inputs, entry)
        yield from _existing(inputs, entry)
    yield from _shared(inputs, entries)


def _entries(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[_Entry]:
    for index, info in enumerate(session.repositories):
        backend = inputs.configuration.backend(info.backend)
        storage = backend.storage_ref.key(inputs.home) if backend and backend.storage_ref else None
        yield _Entry(info, f"{field}[{index}]", storage)


def _session(inputs: ConfigurationInputs, session: Session, field: str) -> Iterator[Finding]:
    if not session.repositories:
        message = f"{inputs.owner}: {field}: session {session.name!r} names no repository."
        yield Finding("NoRepositories", message, field)
    for name, count in Counter(info.name for info in session.repositories).items():
        if count > 1:
            message = f"{inputs.owner}: {field}: {count} repositories are named {name!r}."
            yield Finding("DuplicateRepository", message, field)
    named = [info.name for info in session.repositories]
    if (most := most_that_fit(inputs.home, named)) < len(named):
        message = (
            f"{inputs.owner}: {field}: session {session.name!r} stores in {len(named)} "
            f"repositories, and the result of a run has room for {most} with names of this "
            "length: divide them among several sessions."
        )
        yield Finding("TooManyRepositories", message, field)


def _mount_paths(inputs: ConfigurationInputs, entries: list[_Entry]) -> Iterator[Finding]:
    """Two volumes cannot be mounted in one place of the Job's pod."""
    by_path: dict[str, set[ObjectKey]] = {}
    for entry in entries:
        storage = inputs.storages.get(entry.storage) if entry.storage else None
        local = storage.spec.storage.local if storage else None
        if storage and local and local_storage.is_local(storage):
            by_path.setdefault(local.mount_path.rstrip("/"), set()).add(storage.key)
    for path, keys in by_path.items():
        if len(keys) > 1:
            both = " and ".join(str(key) for key in sorted(keys))
            message = f"{inputs.owner}: BackupStorages {both} are both mounted at {path}."
            yield Finding("SameMountPath", message, "spec.backends")


def _fields(inputs: ConfigurationInputs, entry: _Entry) -> Iterator[Finding]:
    owner, info, field = inputs.owner, entry.info, entry.field
    if not NAME.fullmatch(info.name):
        message = f"{owner}: {field}.name: {info.name!r} is not the name of an object."
        yield Finding("InvalidRepositoryName", message, f"{field}.name")
    if inputs.configuration.backend(info.backend) is None and inputs.configuration.spec.backends:
        known = [backend.name for backend in inputs.configuration.spec.backends]
        hint = did_you_mean(info.backend, known)
        message = f"{owner}: {field}.backend: there is no backend {info.backend!r}.{hint}"
        yield Finding("UnknownBackend", message, f"{field}.backend")
    if not entry.directory:
        message = f"{owner}: {field}.directory: name a directory below the root of the storage."
        yield Finding("DirectoryMissing", message, f"{field}.directory")
    if ".." in entry.directory.split("/"):
        message = f"{owner}: {field}.directory: {info.directory!r} leads out of the storage."
        yield Finding("InvalidDirectory", message, f"{field}.directory")
    if info.encryption_secret is None:
        message = (
            f"{owner}: {field}.encryptionSecret: restic encrypts everything; name a Secret with "
            "the key RESTIC_PASSWORD."
        )
        yield Finding("EncryptionSecretMissing", message, f"{field}.encryptionSecret")
    if info.backup_verifier is not None:
        yield not_supported(owner, f"{field}.backupVerifier", "a BackupVerifier")


def _cross_namespace(inputs: ConfigurationInputs, entry: _Entry) -> Iterator[Finding]:
    secret = entry.info.encryption_secret
    if secret is None or inputs.allow_cross_namespace:
        return
    if secret.namespace and secret.namespace != inputs.home:
        field = f"{entry.field}.encryptionSecret.namespace"
        yield other_namespace(inputs.owner, field, f"Secret {secret.namespace}/{secret.name}")


def other_namespace(owner: str, field: str, what: str) -> Finding:
    """A reference that needs leave."""
    return Finding(
        "OtherNamespace",
        f"{owner}: {field}: {what} is in another namespace. The operator allows that when it is "
        "started with --allow-cross-namespace.",
        field,
    )


def _existing(inputs: ConfigurationInputs, entry: _Entry) -> Iterator[Finding]:
    """Objections that other Repositories of the cluster give cause for."""
    owner, info, field = inputs.owner, entry.info, entry.field
    for repository in inputs.repositories:
        spec, home = repository.spec, repository.metadata.namespace
        storage = spec.storage_ref.key(home) if spec.storage_ref else None
        if repository.key == (inputs.home, info.name):
            if _application(inputs) != _reference(repository.spec.app_ref, home):
                message = (
                    f"{owner}: {field}.name: Repository {repository.key} holds the backups of "
                    "another application."
                )
                yield Finding("RepositoryOfAnother", message, f"{field}.name")
            if entry.storage and storage != entry.storage:
                message = (
                    f"{owner}: {field}.backend: Repository {repository.key} is in BackupStorage "
                    f"{storage}, not in {entry.storage}."
                )
                yield Finding("RepositoryElsewhere", message, f"{field}.backend")
            if normal(spec.path) != entry.directory:
                message = (
                    f"{owner}: {field}.directory: Repository {repository.key} is in {spec.path!r}, "
                    "which cannot be changed."
                )
                yield Finding("RepositoryElsewhere", message, f"{field}.directory")
        elif entry.storage == storage and normal(spec.path) == entry.directory:
            message = (
                f"{owner}: {field}.directory: {info.directory!r} of BackupStorage {storage} "
                f"belongs to Repository {repository.key}."
            )
            yield Finding("DirectoryTaken", message, f"{field}.directory")


def _application(inputs: ConfigurationInputs) -> tuple[str, str, str, str]:
    return _reference(inputs.configuration.spec.target, inputs.home)


def _reference(target: object, home: str) -> tuple[str, str, str, str]:
    group, kind = getattr(target, "api_group", None) or "", getattr(target, "kind", None) or ""
    name = getattr(target, "name", "na")
    return group, kind, getattr(target, "namespace", None) or home, name


def _shared(inputs: ConfigurationInputs, entries: list[_Entry]) -> Iterator[Finding]:
    """A directory is of one Repository, and one Repository is in one place."""
    owners: dict[str, _Entry] = {}
    places: dict[str, _Entry] = {}
    for entry in entries:
        info, directory = entry.info, entry.directory
        first = owners.setdefault(directory, entry)
        if directory and (first.info.name, first.info.backend) != (info.name, info.backend):
            message = (
                f"{inputs.owner}: {entry.field}.directory: {info.directory!r} is the directory of "
                f"repository {first.info.name!r} already ({first.field})."
            )
            yield Finding("DirectoryTaken", message, f"{entry.field}.directory")
        place = places.setdefault(info.name, entry)
        if (place.storage, place.directory) != (entry.storage, directory):
            message = (
                f"{inputs.owner}: {entry.field}: repository {info.name!r} is in another place in "
                f"{place.field}."
            )
            yield Finding("RepositoryElsewhere", message, entry.field)
