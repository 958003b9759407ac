"""`kubestash-runner backup`: one component of a BackupSession, into all its Repositories."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..api.resources import SNAPSHOT, ObjectKey
from ..errors import ClusterError, KubeStashError, SourceIncomplete, ToolError, UsageError
from ..resolve.backend import LOCAL, mount_path, provider
from ..resolve.object_size import component_size, fitting_error
from ..resolve.sizes import format_size
from ..resolve.snapshot_status import component_path
from ..resolve.wording import counted
from . import source
from .claim import Claim, Standing, claim
from .content import Outcome, Paths, Shelf
from .facts import BackupTarget, RepositoryFacts, read_backup
from .guarded import GuardedRepository, utc_now
from .heard import problem_text
from .report import leave_result, reason_of
from .status import ComponentReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .content import Content
    from .opening import Toolbox
    from .output import Problem

TASK = "backup"


@dataclass(frozen=True)
class BackupOptions:
    """The command line of this task."""

    key: ObjectKey
    """The BackupSession."""

    paths: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class Backup:
    """One run of the task."""

    def __init__(
        self,
        toolbox: Toolbox,
        options: BackupOptions,
        *,
        narrate: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
        content: Content | None = None,
    ) -> None:
        """`content` is what to store when it is not the paths of the options."""
        self._toolbox = toolbox
        self._options = options
        self._content = content or Paths(options.paths, options.excludes, toolbox.surroundings)
        self._narrate = narrate
        self._clock = clock
        self._component = toolbox.surroundings.component
        self._results: dict[str, dict[str, Any]] = {}

    def run(self) -> bool:
        """Back up to each Repository that is ours to do; whether all of them succeeded."""
        facts = read_backup(self._toolbox.client, self._options.key)
        if facts.session.status.phase.is_final:
            self._narrate(f"BackupSession {self._options.key} has ended already: nothing to do.")
            return True
        outcomes = [self._claim_and_store(target) for target in facts.targets]
        return all(outcomes)

    def _claim_and_store(self, target: BackupTarget) -> bool:
        """One Snapshot; a failure is its own and does not stop the others."""
        key = target.snapshot.key
        path = component_path(target.snapshot.spec.session, self._component)
        if recorded := target.snapshot.status.components.get(self._component):
            path = recorded.path or path
        try:
            claimed = claim(
                self._toolbox.client,
                SNAPSHOT,
                key,
                self._component,
                pod=self._toolbox.surroundings.pod,
                extra={"path": path, "driver": "Restic"},
            )
        except ClusterError as error:
            self._narrate(f"Component {self._component} of Snapshot {key}: {reason_of(error)}")
            return False
        if not claimed.standing.is_ours:
            verdict = claimed.standing.value
            self._narrate(f"Component {self._component} of Snapshot {key} is {verdict}.")
            return True
        return self._back_up(target, claimed, Outcome(path))

    def _back_up(self, target: BackupTarget, claimed: Claim, outcome: Outcome) -> bool:
        key = target.snapshot.key
        report = ComponentReport(self._toolbox, SNAPSHOT, key, narrate=self._narrate)
        started = time.monotonic()
        with report:
            try:
                self._work(target, outcome, report, claimed)
            except (KubeStashError, OSError) as error:
                outcome.error = fitting_error(
                    self._toolbox.explain(error),
                    among=target.snapshot.status.total_components or 1,
                    taken=component_size(self._component, outcome.path, self._options.paths),
                )
        outcome.seconds = time.monotonic() - started
        outcome.ended = True
        self._conclude(key, outcome, report)
        return not outcome.error

    def _work(
        self, target: BackupTarget, outcome: Outcome, report: ComponentReport, claimed: Claim
    ) -> None:
        if not isinstance(target.repository, RepositoryFacts):
            raise target.repository
        tag = target.snapshot.spec.snapshot_id
        if not tag:
            raise UsageError(f"Snapshot {target.snapshot.key}: spec.snapshotID is not set.")
        self._check_place(target.repository)
        self._content.check(target.snapshot)
        repository = GuardedRepository(
            self._toolbox,
            target.repository,
            outcome.path,
            narrate=self._narrate,
            clock=self._clock,
            former_holders=claimed.former,
        )
        repository.restic.check_version()
        identity = repository.identification.ensure()
        outcome.repository_id, outcome.repository_config = identity
        if claimed.standing is Standing.TAKEN_OVER:
            repository.remove_dead_locks()
            self._drop_left_overs(repository, tag)
        shelf = Shelf(repository, tag, outcome, report, self._toolbox, self._narrate, self._clock)
        problems = self._content.store(shelf)
        self._verify(repository, outcome)
        if problems:
            raise _incomplete(problems)

    def _check_place(self, facts: RepositoryFacts) -> None:
        """Raises UsageError for a backend within the source: each backup would hold all others."""
        if provider(facts.storage) != LOCAL:
            return
        place = mount_path(facts.storage)
        for path in self._options.paths:
            if f"{place}/".startswith(f"{path.rstrip('/')}/") or path.startswith(f"{place}/"):
                raise UsageError(
                    f"BackupStorage {facts.storage.key} is mounted at {place}, which is not apart "
                    f"from the source path {path}: a backup would hold the backups before it.",
                    "Give the storage another spec.storage.local.mountPath.",
                )

    def _verify(self, repository: GuardedRepository, outcome: Outcome) -> None:
        """Read back what was stored; check and measure the repository, side by side.

        The check and the size can be left out; reading back cannot.
        """
        for entry in outcome.stats:
            repository.confirm_stored(entry["summary"]["id"])
        if not self._toolbox.surroundings.check:
            return
        restic = repository.restic
        with ThreadPoolExecutor(max_workers=2) as pool:
            size, intact = pool.submit(restic.size), pool.submit(restic.is_intact)
            outcome.size = format_size(size.result())
            outcome.integrity = intact.result()
        if not outcome.integrity:
            raise ToolError(
                f"{restic.repository.place} is damaged: restic check found errors.", exit_code=1
            )

    def _drop_left_overs(self, repository: GuardedRepository, tag: str) -> None:
        """What a pod of this very component stored before it was killed has no record."""
        ids = [stored.id for stored in repository.restic.snapshots() if tag in stored.tags]
        if ids:
            self._narrate(f"Dropping {counted(len(ids), 'snapshot')} of a pod that was killed.")
            with repository.exclusively():
                repository.forget(ids)

    def _conclude(self, key: ObjectKey, outcome: Outcome, report: ComponentReport) -> None:
        status = outcome.status()
        compact = {name: value for name, value in status.items() if value is not None}
        self._results[key.name] = {
            "phase": compact.pop("phase"),
            "error": compact.pop("error", ""),
            "status": compact,
        }
        # The file first: it can be written when the API server cannot be reached.
        leave_result(
            self._toolbox.surroundings,
            self._toolbox.supervisor.redactor,
            task=TASK,
            owner=self._options.key,
            result={"component": self._component, "snapshots": self._results},
        )
        stopping = self._toolbox.supervisor.stop.is_set()
        patience = 5.0 if stopping else self._toolbox.surroundings.patience.report
        report.result(status, patience=patience)
        verdict = f"Failed: {outcome.error}" if outcome.error else "Succeeded"
        self._narrate(f"Component {self._component} of Snapshot {key}: {verdict}")


def _incomplete(problems: Sequence[Problem]) -> SourceIncomplete:
    shown = "; ".join(problem_text(problem) for problem in problems[:10])
    more = f" and {len(problems) - 10} more" if len(problems) > 10 else ""
    return SourceIncomplete(
        f"Some of the source could not be read, so the snapshot is not whole: {shown}{more}."
        f"{source.unreadable_hint()}",
        exit_code=3,
    )
