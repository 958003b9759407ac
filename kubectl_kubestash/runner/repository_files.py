"""The files beside restic's repositories that make a backend readable without its cluster.

    metadata.yaml                     which Repositories are in this storage
    <directory>/repository.yaml       the Repository, and the mark of who owns the directory
    <directory>/snapshots/<name>.yaml each Snapshot, as it is when it has succeeded

Another cluster may keep its Repositories in the same storage, so metadata.yaml is changed entry by
entry and never replaced by what one cluster knows.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..api.resources import REPOSITORY, SNAPSHOT, ObjectKey
from ..errors import BackendError, Refused
from ..resolve import labels
from ..resolve.backend import directory
from ..resolve.conditions import timestamp
from .backend import Backend, Changed
from .documents import dump, load, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..kube.client import Object
    from .facts import StorageFacts

METADATA = "metadata.yaml"
_TRIES = 20
_PAUSE = 0.1
_META_API = "config.kubestash.com/v1alpha1"


class Entry(NamedTuple):
    """One Repository in metadata.yaml."""

    key: ObjectKey
    path: str


class RepositoryFiles:
    """The files of one Repository's directory."""

    def __init__(self, files: Backend, facts: StorageFacts, path: str) -> None:
        """Raises Refused for an empty path and UsageError for one that leads out."""
        self.directory = directory(facts.storage, path)
        if not self.directory:
            raise Refused(
                f"Path {path!r} is the root of BackupStorage {facts.storage.key}: "
                "a Repository needs a directory of its own."
            )
        self._files = files

    @property
    def mark(self) -> str:
        """Path of repository.yaml."""
        return f"{self.directory}/repository.yaml"

    def owner(self) -> ObjectKey | None:
        """The Repository that the directory belongs to, or None when nobody has marked it.

        Raises BackendError for a mark that names no Repository.
        """
        record = self.read_repository()
        if record is None:
            return None
        key = _key(record)
        if (
            record.get("kind", REPOSITORY.kind) != REPOSITORY.kind
            or not key.name
            or not key.namespace
        ):
            raise BackendError(f"{self.mark} in the backend names no Repository.")
        return key

    def check_owner(self, key: ObjectKey) -> None:
        """Raises Refused when the directory belongs to another Repository."""
        owner = self.owner()
        if owner is not None and owner != key:
            raise Refused(
                f"Directory {self.directory} belongs to Repository {owner}, not to {key}: "
                "nothing in it is touched."
            )

    def write_repository(self, raw: Object) -> None:
        """Record the Repository and mark the directory as its own. Raises Refused."""
        self._record(raw, taken_over_from="")

    def take(self, raw: Object) -> None:
        """Mark the directory as the Repository's own before its first backup. Raises Refused.

        When it was marked by another uid, the mark says so: whoever that was may live on, as in
        another cluster that was made from the same manifests.
        """
        former = self.uid()
        if former == raw["metadata"].get("uid"):
            former = self.taken_over_from()
        self._record(raw, taken_over_from=former)

    def uid(self) -> str:
        """The uid of the Repository that wrote here last; empty where none did."""
        return str(self._metadata().get("uid") or "")

    def taken_over_from(self) -> str:
        """The uid of a namesake that wrote here last; empty once the owner has written itself."""
        notes = self._metadata().get("annotations")
        return str(notes.get(labels.TAKEN_OVER) or "") if isinstance(notes, dict) else ""

    def _metadata(self) -> Object:
        return (self.read_repository() or {}).get("metadata") or {}

    def _record(self, raw: Object, *, taken_over_from: str) -> None:
        self.check_owner(_key(raw))
        notes = {**(raw["metadata"].get("annotations") or {}), labels.TAKEN_OVER: taken_over_from}
        if not taken_over_from:
            del notes[labels.TAKEN_OVER]
        noted = {**raw, "metadata": {**raw["metadata"], "annotations": notes}}
        self._files.put(self.mark, dump(noted, REPOSITORY.api_version, REPOSITORY.kind))

    def write_snapshot(self, raw: Object) -> None:
        """Record a Snapshot. Raises Refused where a namesake is on record already.

        Without its record, the data of that one would belong to nobody, and go as such.
        """
        name = raw["metadata"]["name"]
        if self._is_of_another(raw):
            raise Refused(
                f"{self.snapshot(name)} in the backend is the record of an earlier run that was "
                "called the same: it is kept.",
                "Give the BackupSession another name.",
            )
        self._files.put(self.snapshot(name), dump(raw, SNAPSHOT.api_version, SNAPSHOT.kind))

    def read_repository(self) -> Object | None:
        """The Repository as it was recorded."""
        content = self._files.find(self.mark)
        return None if content is None else load(content.data, self.mark)

    def read_snapshot(self, name: str) -> Object | None:
        """A Snapshot as it was recorded. Raises BackendError when the record is another's."""
        path = self.snapshot(name)
        content = self._files.find(path)
        if content is None:
            return None
        record = load(content.data, path)
        if (found := _key(record).name) != name:
            raise BackendError(f"{path} in the backend is a record of {found!r}, not of {name}.")
        return record

    def snapshot_names(self) -> list[str]:
        """The Snapshots that are recorded, sorted."""
        paths = self._files.names(f"{self.directory}/snapshots")
        names = (path.rsplit("/", 1)[-1] for path in paths if path.endswith(".yaml"))
        return sorted(name.removesuffix(".yaml") for name in names)

    def delete_snapshot(self, raw: Object) -> None:
        """Forget the record of a Snapshot; that of a namesake stays."""
        with suppress(BackendError):  # What cannot be read is nobody's.
            if self._is_of_another(raw):
                return
        self._files.delete(self.snapshot(raw["metadata"]["name"]))

    def snapshot(self, name: str) -> str:
        """Path of the record of a Snapshot."""
        return f"{self.directory}/snapshots/{name}.yaml"

    def _is_of_another(self, raw: Object) -> bool:
        """Whether what is on record under the name of this Snapshot is another one."""
        record = self.read_snapshot(raw["metadata"]["name"]) or {}
        recorded, mine = ((each.get("spec") or {}).get("snapshotID") for each in (record, raw))
        return bool(recorded and mine and recorded != mine)


class Metadata:
    """metadata.yaml at the root of a storage."""

    def __init__(self, files: Backend, clock: Callable[[], datetime]) -> None:
        self._files = files
        self._clock = clock

    def entries(self) -> list[Entry]:
        """What is recorded; nothing when there is no such file."""
        content = self._files.find(METADATA)
        return [] if content is None else _entries(load(content.data, METADATA))

    def ensure(self) -> bool:
        """Make the file when it is missing; whether it was."""
        before = self._files.find(METADATA)
        if before is None:
            self._change(lambda _repositories: None)
            return True
        load(before.data, METADATA)
        return False

    def record(self, entry: Entry, *, size: str = "") -> None:
        """Add or renew one Repository; the others stay."""

        def renew(repositories: list[dict[str, Any]]) -> None:
            fields = {
                "name": entry.key.name,
                "namespace": entry.key.namespace,
                "path": entry.path,
                "synced": True,
            }
            for known in repositories:
                if _same(known, entry.key):
                    known.update({**fields, "size": size or known.get("size", "")})
                    return
            repositories.append({**fields, "size": size})

        self._change(renew)

    def remove(self, key: ObjectKey) -> None:
        """Take one Repository out."""

        def drop(repositories: list[dict[str, Any]]) -> None:
            repositories[:] = [known for known in repositories if not _same(known, key)]

        self._change(drop)

    def delete(self) -> None:
        """Remove the file."""
        self._files.delete(METADATA)

    def _change(self, edit: Callable[[list[dict[str, Any]]], None]) -> None:
        for turn in range(_TRIES):
            time.sleep(_PAUSE * turn)
            before = self._files.find(METADATA)
            document = self._new() if before is None else load(before.data, METADATA)
            repositories, untouched = _repositories(document), _repositories(document)
            edit(repositories)
            if before is not None and repositories == untouched:
                return
            document["repositories"] = repositories
            try:
                self._files.put_if_unchanged(METADATA, text(document), before)
            except Changed:
                continue
            return
        raise BackendError(f"{METADATA} is changed by others all the time.")

    def _new(self) -> Object:
        return {
            "apiVersion": _META_API,
            "kind": "BackendMeta",
            "creationTimestamp": timestamp(self._clock()),
            "operatorVersion": f"kubectl-kubestash {__version__}",
        }


def _key(raw: Object) -> ObjectKey:
    metadata = raw.get("metadata") or {}
    return ObjectKey(str(metadata.get("namespace", "")), str(metadata.get("name", "")))


def _entries(document: Object) -> list[Entry]:
    return [
        Entry(
            ObjectKey(str(known.get("namespace", "")), str(known.get("name", ""))),
            str(known.get("path", "")),
        )
        for known in _repositories(document)
    ]


def _repositories(document: Object) -> list[dict[str, Any]]:
    """A copy of what metadata.yaml lists. Raises BackendError."""
    found = document.get("repositories") or []
    if not isinstance(found, list) or not all(isinstance(known, dict) for known in found):
        raise BackendError(f"{METADATA} in the backend: repositories is no list of maps.")
    return [dict(known) for known in found]


def _same(known: Mapping[str, Any], key: ObjectKey) -> bool:
    return (known.get("namespace"), known.get("name")) == (key.namespace, key.name)
