"""`kubestash-runner finish`: after the backups of a session, its records and its retention.

For each Repository: the Snapshot, the Repository and metadata.yaml are written to the backend; then
the data of those Snapshots goes that the operator has marked for this session; then what belongs to
nobody. A failure in one Repository is told in its result and does not stop the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..api.resources import SNAPSHOT, ObjectKey
from ..errors import Interrupted, KubeStashError, Refused
from ..resolve import labels, names, snapshot_status
from ..resolve.finish_result import APPLIED, FAILED_TO_APPLY, SKIPPED, TASK
from ..resolve.sizes import format_size
from .facts import BackupTarget, RepositoryFacts, read_backup
from .guarded import GuardedRepository, utc_now
from .orphans import old_enough, orphans, owners_of
from .removal import by_component, forget_and_prune, remove
from .report import leave_result, withdraw_result
from .repository_files import Entry, Metadata, RepositoryFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ..kube.client import Object
    from .opening import Toolbox


@dataclass
class Finished:
    """What has come of one Repository."""

    uploaded: bool = False
    retention: str = SKIPPED
    removed: list[str] = field(default_factory=list)
    orphans: int = 0
    size: int = 0
    error: str = ""

    def result(self) -> dict[str, Any]:
        """As it stands in the termination message."""
        return {
            "uploaded": self.uploaded,
            "retention": self.retention,
            "removed": self.removed,
            "orphans": self.orphans,
            "size": self.size,
            "error": self.error,
        }


@dataclass
class Finish:
    """One run of the task."""

    toolbox: Toolbox
    key: ObjectKey
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now

    def run(self) -> bool:
        """Finish every Repository of the session; whether all went well.

        Asked to stop, as by a drain of the node, it leaves no result: the operator starts it once
        more, and all of it can be done again.
        """
        facts = read_backup(self.toolbox.client, self.key)
        if facts.session.status.phase.is_final:
            self.narrate(f"BackupSession {self.key} has ended already: nothing to do.")
            return True
        may_remove = all(_has_succeeded(self._raw(target)) for target in facts.targets)
        results: dict[str, dict[str, Any]] = {}
        for target in facts.targets:
            try:
                outcome = self._one(target, may_remove)
            except Interrupted as error:
                withdraw_result(self.toolbox.surroundings, self.toolbox.explain(error))
                return False
            results[target.snapshot.spec.repository] = outcome.result()
            self._tell(results)
        self._tell(results)
        return not any(result["error"] for result in results.values())

    def _tell(self, results: dict[str, dict[str, Any]]) -> None:
        leave_result(
            self.toolbox.surroundings,
            self.toolbox.supervisor.redactor,
            task=TASK,
            owner=self.key,
            result={"repositories": results},
        )

    def _one(self, target: BackupTarget, may_remove: bool) -> Finished:
        outcome = Finished()
        try:
            self._work(target, may_remove, outcome)
        except Interrupted:
            raise
        except (KubeStashError, OSError) as error:
            outcome.error = self.toolbox.explain(error)
            self.narrate(f"Repository {target.snapshot.spec.repository}: {outcome.error}")
        return outcome

    def _work(self, target: BackupTarget, may_remove: bool, outcome: Finished) -> None:
        if not isinstance(target.repository, RepositoryFacts):
            raise target.repository
        facts = target.repository
        backend = self.toolbox.files_of(facts)
        files = RepositoryFiles(backend, facts, facts.repository.spec.path)
        files.write_repository(dict(facts.raw))
        raw = self._raw(target)
        if not snapshot_status.is_reported(raw.get("status") or {}):
            raise Refused(f"Snapshot {target.snapshot.key}: not all components have a result.")
        files.write_snapshot(_as_recorded(raw, self.clock()))
        metadata = Metadata(backend, self.clock)
        metadata.record(Entry(facts.repository.key, facts.repository.spec.path))
        outcome.uploaded = True
        snapshots = self._snapshots(facts)
        if may_remove:
            self._retain(facts, files, snapshots, outcome)
        self._look_around(facts, files, snapshots, may_remove, outcome)
        entry = Entry(facts.repository.key, facts.repository.spec.path)
        metadata.record(entry, size=format_size(outcome.size))

    def _retain(
        self,
        facts: RepositoryFacts,
        files: RepositoryFiles,
        snapshots: list[Object],
        outcome: Finished,
    ) -> None:
        marked = [raw for raw in snapshots if self._is_marked(raw)]
        outcome.retention = FAILED_TO_APPLY
        check_last_good(marked, snapshots)
        if marked:
            outcome.removed = remove(
                marked, toolbox=self.toolbox, facts=facts, files=files, narrate=self.narrate
            )
        outcome.retention = APPLIED

    def _look_around(
        self,
        facts: RepositoryFacts,
        files: RepositoryFiles,
        snapshots: list[Object],
        may_remove: bool,
        outcome: Finished,
    ) -> None:
        """Count what belongs to nobody, remove what is old enough, measure what is left.

        Locks of pods that are proven gone go at once: the Snapshots that know these pods may be
        the next to be removed.
        """
        left = [raw for raw in snapshots if raw["metadata"]["name"] not in outcome.removed]
        for path in sorted({*by_component(snapshots), *facts.repository.status.component_paths}):
            repository = GuardedRepository(self.toolbox, facts, path, narrate=self.narrate)
            if repository.restic.probe() is None:
                continue
            repository.remove_dead_locks()
            found = orphans(repository.restic.snapshots(), owners_of(left))
            if found:
                owners = owners_of([*left, *_only_in_backend(files, left)])
                found = orphans(found, owners)
            outcome.orphans += len(found)
            for snapshot in found:
                self.narrate(f"restic snapshot {snapshot.id[:8]} in {path} belongs to nobody.")
            doomed = old_enough(found, now=self.clock()) if may_remove else []
            if doomed:
                ids = [snapshot.id for snapshot in doomed]
                forget_and_prune(repository, ids, narrate=self.narrate)
            outcome.size += repository.restic.size()

    def _raw(self, target: BackupTarget) -> Object:
        return self.toolbox.client.get(SNAPSHOT, target.snapshot.key)

    def _snapshots(self, facts: RepositoryFacts) -> list[Object]:
        key = facts.repository.key
        selector = f"{labels.REPOSITORY_NAME}={names.unique(key.name)}"
        found = self.toolbox.client.list(SNAPSHOT, key.namespace, labels=selector)
        return [raw for raw in found if (raw.get("spec") or {}).get("repository") == key.name]

    def _is_marked(self, raw: Object) -> bool:
        mark = (raw["metadata"].get("annotations") or {}).get(labels.FORGOTTEN_BY, "")
        return mark in {self.key.name, str(self.key)}


def check_last_good(marked: Iterable[Object], snapshots: Iterable[Object]) -> None:
    """Raises Refused when a session of the Repository would lose its newest good Snapshot.

    The operator does not mark it; this is the last place where a mistake can be stopped.
    """
    newest: dict[str, Object] = {}
    for raw in sorted(snapshots, key=_age):
        if _has_succeeded(raw):
            newest[str(raw["spec"].get("session", ""))] = raw
    good = {raw["metadata"]["name"] for raw in newest.values()}
    for raw in marked:
        if raw["metadata"]["name"] in good:
            raise Refused(
                f"Snapshot {raw['metadata']['name']} is marked for removal, but it is the newest "
                f"good one of session {raw['spec'].get('session', '')!r}: it stays."
            )


def _age(raw: Object) -> tuple[str, str]:
    status = raw.get("status") or {}
    created = str(raw["metadata"].get("creationTimestamp") or "")
    return str(status.get("snapshotTime") or created), str(raw["metadata"]["name"])


def _has_succeeded(raw: Object) -> bool:
    status = raw.get("status") or {}
    return snapshot_status.components_phase(status) == snapshot_status.SUCCEEDED


def _as_recorded(raw: Object, now: datetime) -> Object:
    """The Snapshot as it will be once the operator knows that this file is in the backend."""
    status = raw.get("status") or {}
    return {**raw, "status": {**status, **snapshot_status.uploaded(status, True, "", now=now)}}


def _only_in_backend(files: RepositoryFiles, known: list[Object]) -> list[Object]:
    """Records in the backend of Snapshots that this cluster does not have, or not whole."""
    ours = {raw["metadata"]["name"] for raw in known if by_component([raw])}
    records = (files.read_snapshot(name) for name in files.snapshot_names() if name not in ours)
    return [record for record in records if record is not None]
