"""`kubestash-runner init-storage`: prepares a backend, or finds again what it already holds.

A new backend gets metadata.yaml. One that holds Repositories, such as after the loss of a cluster,
brings its Repository and Snapshot objects back. A failure in one Repository does not stop the
others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..api.resources import NAMESPACE, ObjectKey
from ..errors import BackendError, ClusterError, Forbidden, KubeStashError, NotFound, UsageError
from ..resolve.backend import directory
from ..resolve.usage_policy import admits
from .facts import StorageFacts, read_storage
from .guarded import utc_now
from .report import leave_result, reason_of
from .repository_files import Entry, Metadata, RepositoryFiles
from .sync import bring_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .opening import Toolbox

TASK = "init-storage"
_DEEPEST = 6


@dataclass
class InitStorage:
    """One run of the task."""

    toolbox: Toolbox
    key: ObjectKey
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now
    _repositories: list[dict[str, Any]] = field(default_factory=list)
    _denied: set[str] = field(default_factory=set)

    def run(self) -> bool:
        """Prepare the backend; whether it can be used."""
        error = reason = ""
        try:
            self._work()
        except (KubeStashError, OSError) as failure:
            error = self.toolbox.explain(failure)
            reason = _reason(failure)
            self.narrate(error)
        leave_result(
            self.toolbox.surroundings,
            self.toolbox.supervisor.redactor,
            task=TASK,
            owner=self.key,
            result={
                "initialized": not error,
                "error": error,
                "reason": reason,
                "repositories": self._repositories,
                "denied": sorted(self._denied),
            },
        )
        return not error

    def _work(self) -> None:
        facts = read_storage(self.toolbox.client, self.key)
        backend = self.toolbox.files_of(facts)
        metadata = Metadata(backend, self.clock)
        is_new = metadata.ensure()
        entries = metadata.entries()
        if is_new or not entries:
            entries = self._search(facts)
            for entry in entries:
                metadata.record(entry)
        for entry in entries:
            self._repositories.append(self._one(entry, facts))

    def _one(self, entry: Entry, facts: StorageFacts) -> dict[str, Any]:
        found = {
            "namespace": entry.key.namespace,
            "name": entry.key.name,
            "path": entry.path,
            "synced": False,
            "size": "",
            "error": "",
        }
        try:
            self._check_namespace(entry, facts)
            files = RepositoryFiles(self.toolbox.files_of(facts), facts, entry.path)
            status = bring_back(
                self.toolbox.client, files, entry, storage=facts.storage.key, narrate=self.narrate
            )
            found |= {"synced": True, "size": str(status.get("size") or "")}
        except Forbidden as error:
            self._denied.add(entry.key.namespace)
            found["error"] = reason_of(error)
        except (KubeStashError, OSError) as error:
            found["error"] = self.toolbox.explain(error)
        return found

    def _check_namespace(self, entry: Entry, facts: StorageFacts) -> None:
        """Raises NotFound or Forbidden when the Repository cannot be in its namespace."""
        namespace = self.toolbox.client.find(NAMESPACE, ObjectKey("", entry.key.namespace))
        if namespace is None:
            self._denied.add(entry.key.namespace)
            raise NotFound(f"Namespace {entry.key.namespace} is not there.", code=404)
        policy = facts.storage.spec.usage_policy
        if not admits(policy, owner_namespace=self.key.namespace, namespace=namespace):
            raise Forbidden(
                f"BackupStorage {self.key}: spec.usagePolicy does not admit namespace "
                f"{entry.key.namespace}.",
                code=403,
            )

    def _search(self, facts: StorageFacts) -> list[Entry]:
        """Repositories by their marks, when metadata.yaml was lost."""
        found: list[Entry] = []
        backend = self.toolbox.files_of(facts)
        waiting = [(name, 1) for name in backend.children("")]
        while waiting:
            path, depth = waiting.pop()
            files = RepositoryFiles(backend, facts, path)
            try:
                owner = files.owner()
            except BackendError as error:
                self.narrate(error.message)
                continue
            if owner is not None:
                found.append(Entry(owner, directory(facts.storage, path)))
            elif depth < _DEEPEST:
                children = backend.children(path)
                waiting += [(f"{path}/{name}", depth + 1) for name in children]
        return sorted(found)


def _reason(failure: Exception) -> str:
    if isinstance(failure, BackendError):
        return "BackendUnreachable"
    if isinstance(failure, UsageError):
        return "SecretOrSpecInvalid"
    if isinstance(failure, NotFound):
        return "SecretNotFound"
    return "ClusterUnreachable" if isinstance(failure, ClusterError) else "Failed"
