"""`kubestash-runner cleanup`: removes the data of a BackupStorage, a Repository or a Snapshot.

It is run for objects with deletionPolicy WipeOut that were deleted themselves. The file that says
whose a directory is goes last, so that a clean-up that was cut off can be done again, and a
directory that belongs to another Repository is never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..api.resources import BACKUP_STORAGE, REPOSITORY, SNAPSHOT, ObjectKey
from ..errors import Forbidden, Refused, UsageError
from ..resolve.backend import directory
from ..resolve.wording import counted
from .facts import StorageFacts, read_repository, read_repository_files, read_storage
from .guarded import utc_now
from .removal import remove
from .report import leave_result
from .repository_files import Entry, Metadata, RepositoryFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .opening import Toolbox

TASK = "cleanup"
_RESOURCES = {each.kind: each for each in (BACKUP_STORAGE, REPOSITORY, SNAPSHOT)}
KINDS = tuple(_RESOURCES)


@dataclass
class Cleanup:
    """One run of the task."""

    toolbox: Toolbox
    kind: str
    key: ObjectKey
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now
    _kept: str = field(default="", init=False)
    """Whose data stays, and why; on one line."""

    def run(self) -> bool:
        """Remove the data; whether that was done."""
        error = self.toolbox.attempt(self._work, self.narrate)
        kept = {"kept": self._kept} if self._kept else {}
        leave_result(
            self.toolbox.surroundings,
            self.toolbox.supervisor.redactor,
            task=TASK,
            owner=f"{self.kind}:{self.key}",
            result={"removed": not error, "error": error, **kept},
        )
        return not error

    def _work(self) -> None:
        self._check_asked()
        match self.kind:
            case "Snapshot":
                self._snapshot()
            case "Repository":
                repository, facts = read_repository_files(self.toolbox.client, self.key)
                place = Entry(repository.key, repository.spec.path)
                self._check_cluster(place, repository.metadata.uid, facts)
                self._repository(place, facts)
            case _:
                self._storage()

    def _check_asked(self) -> None:
        """Raises Refused when the data is not to go any more; this Job may have waited for long."""
        resource = _RESOURCES.get(self.kind)
        if resource is None:
            raise UsageError(f"--kind is {self.kind!r}, it must be one of {', '.join(KINDS)}.")
        raw = self.toolbox.client.get(resource, self.key)
        wipes = (raw.get("spec") or {}).get("deletionPolicy") == "WipeOut"
        if not wipes or not raw["metadata"].get("deletionTimestamp"):
            raise Refused(
                f"{self.kind} {self.key} is not being deleted with deletionPolicy WipeOut any "
                "more: nothing is touched."
            )

    def _check_cluster(self, place: Entry, uid: str, facts: StorageFacts) -> None:
        """Raises Refused when a namesake was the last to write here: two clusters, one place."""
        files = RepositoryFiles(self.toolbox.files_of(facts), facts, place.path)
        files.check_owner(place.key)
        noted = files.uid()
        if noted and uid and noted != uid:
            raise Refused(
                f"Directory {files.directory} is in use by a Repository {place.key} with "
                "another uid, which may be in another cluster: nothing in it is touched."
            )

    def _snapshot(self) -> None:
        raw = self.toolbox.client.get(SNAPSHOT, self.key)
        name = str((raw.get("spec") or {}).get("repository") or "")
        facts = read_repository(self.toolbox.client, ObjectKey(self.key.namespace, name))
        files = RepositoryFiles(self.toolbox.files_of(facts), facts, facts.repository.spec.path)
        files.check_owner(facts.repository.key)
        remove([raw], toolbox=self.toolbox, facts=facts, files=files, narrate=self.narrate)

    def _storage(self) -> None:
        """All Repositories that this cluster knows: another one may keep its own here."""
        facts = read_storage(self.toolbox.client, self.key)
        metadata = Metadata(self.toolbox.files_of(facts), self.clock)
        listed = facts.storage.status.repositories
        known = {ObjectKey(one.namespace, one.name): one.uid for one in listed if not one.error}
        for entry in metadata.entries():
            if entry.key in known and self._is_of_this_cluster(entry, known[entry.key], facts):
                self._repository(entry, facts)
        if left := metadata.entries():
            keys = ", ".join(str(entry.key) for entry in left)
            self.narrate(f"These Repositories are not of this cluster, their data stays: {keys}.")
        else:
            metadata.delete()

    def _is_of_this_cluster(self, entry: Entry, uid: str, facts: StorageFacts) -> bool:
        """Whether no namesake was the last to write there; `uid` is on record in the storage."""
        try:
            self._check_written(entry, facts)
            self._check_cluster(entry, uid or self._uid_of(entry.key), facts)
        except Refused as error:
            self.narrate(error.message)
            self._kept = self._kept or error.message
            return False
        return True

    def _uid_of(self, key: ObjectKey) -> str:
        """Of a Repository of this cluster, as far as we may look."""
        try:
            raw = self.toolbox.client.find(REPOSITORY, key)
        except Forbidden:
            return ""  # it is in a namespace that we have no leave for, or that is going
        return str(raw["metadata"].get("uid") or "") if raw else ""

    def _check_written(self, entry: Entry, facts: StorageFacts) -> None:
        """Raises Refused when all that is there is a namesake's: two clusters, one place."""
        files = RepositoryFiles(self.toolbox.files_of(facts), facts, entry.path)
        if former := files.taken_over_from():
            raise Refused(
                f"Directory {files.directory} was taken over from a Repository {entry.key} with "
                f"uid {former}, which may be in another cluster, and no backup of this one is "
                "there. Delete the Repository itself with deletionPolicy WipeOut to remove it."
            )

    def _repository(self, entry: Entry, facts: StorageFacts) -> None:
        backend = self.toolbox.files_of(facts)
        metadata = Metadata(backend, self.clock)
        files = RepositoryFiles(backend, facts, entry.path)
        self._check_neighbours(files, entry, metadata, facts)
        if files.owner() is None and backend.names(files.directory):
            raise Refused(
                f"Directory {files.directory} has no repository.yaml that says that it belongs to "
                f"Repository {entry.key}: nothing in it is touched."
            )
        files.check_owner(entry.key)
        count = backend.delete_directory(files.directory, keep=files.mark)
        backend.delete(files.mark)
        backend.delete_directory(files.directory)
        metadata.remove(entry.key)
        removed = counted(count, "object")
        self.narrate(f"Removed {removed} of Repository {entry.key} at {files.directory}.")

    def _check_neighbours(
        self, files: RepositoryFiles, entry: Entry, metadata: Metadata, facts: StorageFacts
    ) -> None:
        """Another Repository inside the directory would go with it."""
        for other in metadata.entries():
            inside = directory(facts.storage, other.path).startswith(f"{files.directory}/")
            if other.key != entry.key and inside:
                raise Refused(
                    f"Directory {files.directory} of Repository {entry.key} holds Repository "
                    f"{other.key}, too: nothing in it is touched."
                )
