"""`kubestash-runner restore`: one component of a Snapshot, back into the volumes of its target."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ..api.resources import RESTORE_SESSION, ObjectKey
from ..errors import KubeStashError, NotFound, Refused, ToolError, UsageError
from ..resolve.backend import LOCAL, mount_path, provider
from ..resolve.wording import counted
from .claim import Claim, Standing, claim
from .facts import RepositoryFacts, read_repository, read_restore_session, read_snapshot
from .guarded import GuardedRepository, utc_now
from .report import leave_result
from .status import ComponentReport, restore_figures
from .stored import check_id
from .target import check_target, mount_points, restore_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ..api.core.restore_session import RestoreSession
    from ..api.storage.restic_stats import ResticSummary
    from ..api.storage.snapshot import Component, Snapshot
    from .opening import Toolbox
    from .output import Progress, RestoreSummary
    from .stored import Contents

TASK = "restore"


@dataclass(frozen=True)
class RestoreOptions:
    """The command line of this task."""

    key: ObjectKey
    """The RestoreSession."""

    snapshot: str
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    scratch: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.includes or self.excludes)


@dataclass
class Restored:
    """What is back so far."""

    files: int = 0
    bytes: int = 0
    error: str = ""
    seconds: float = 0.0

    def result(self) -> dict[str, Any]:
        """As `RestoreSession.status.components[…]` and as the termination message."""
        return {
            "phase": "Failed" if self.error else "Succeeded",
            "error": self.error,
            "duration": f"{self.seconds:.3f}s",
            "restoredFiles": self.files,
            "restoredBytes": self.bytes,
        }


class Destination(Protocol):
    """Where else than to volumes a component can be restored."""

    def bring_back(
        self, repository: GuardedRepository, summary: ResticSummary, report: ComponentReport
    ) -> tuple[int, int]:
        """Restore one restic snapshot; the files and bytes of it. Raises KubeStashError."""
        ...


@dataclass
class Restore:
    """One run of the task."""

    toolbox: Toolbox
    options: RestoreOptions
    narrate: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now
    mounts: Callable[[], Sequence[str]] = mount_points
    destination: Destination | None = None
    """Where the data goes when not below mounted volumes."""

    _restored: Restored = field(default_factory=Restored)

    def run(self) -> bool:
        """Restore, unless it is not ours to do; whether it succeeded."""
        client, key = self.toolbox.client, self.options.key
        component = self.toolbox.surroundings.component
        session = read_restore_session(client, key)
        if session.status.phase.is_final:
            self.narrate(f"RestoreSession {key} has ended already: nothing to do.")
            return True
        pod = self.toolbox.surroundings.pod
        claimed = claim(client, RESTORE_SESSION, key, component, pod=pod, extra={})
        if not claimed.standing.is_ours:
            verdict = claimed.standing.value
            self.narrate(f"Component {component} of RestoreSession {key} is {verdict}.")
            return True
        report = ComponentReport(self.toolbox, RESTORE_SESSION, key, narrate=self.narrate)
        started = time.monotonic()
        with report:
            try:
                self._work(session, report, claimed)
            except (KubeStashError, OSError) as error:
                self._restored.error = self.toolbox.explain(error)
        self._restored.seconds = time.monotonic() - started
        self._conclude(report)
        return not self._restored.error

    def _work(self, session: RestoreSession, report: ComponentReport, claimed: Claim) -> None:
        snapshot, facts = self._facts(session)
        component = self._component(snapshot)
        repository = GuardedRepository(
            self.toolbox,
            facts,
            component.path,
            narrate=self.narrate,
            clock=self.clock,
            former_holders=claimed.former,
        )
        repository.restic.check_version()
        repository.identification.confirm([component.repository_id])
        if claimed.standing is Standing.TAKEN_OVER:
            repository.remove_dead_locks()
        summaries = self._summaries(component)
        if self.destination is not None:
            _check_first(claimed)
            for summary in summaries:
                self._check_recorded(repository, summary)
                files, size = self.destination.bring_back(repository, summary, report)
                self._restored.files += files
                self._restored.bytes += size
            return
        for summary in summaries:
            self._check_target(summary.host_path, facts)
        for summary in summaries:
            self._bring_back(repository, summary, report)

    def _facts(self, session: RestoreSession) -> tuple[Snapshot, RepositoryFacts]:
        client, home = self.toolbox.client, self.options.key.namespace
        data = session.spec.data_source
        if data is None:
            raise UsageError(f"RestoreSession {session.key}: spec.dataSource is not set.")
        namespace = data.namespace or home
        snapshot = read_snapshot(client, ObjectKey(namespace, self.options.snapshot))
        secret = data.encryption_secret
        facts = read_repository(
            client,
            ObjectKey(namespace, snapshot.spec.repository),
            encryption=None if secret is None else secret.key(home),
        )
        return snapshot, facts

    def _component(self, snapshot: Snapshot) -> Component:
        name = self.toolbox.surroundings.component
        component = snapshot.status.components.get(name)
        if component is None:
            there = ", ".join(sorted(snapshot.status.components)) or "none at all"
            raise NotFound(
                f"Snapshot {snapshot.key} has no component {name!r}; it has {there}.", code=404
            )
        if component.phase != "Succeeded":
            raise Refused(
                f"Component {name} of Snapshot {snapshot.key} is {component.phase}, not Succeeded: "
                f"{component.error or 'its data is not whole'}."
            )
        return component

    def _summaries(self, component: Component) -> list[ResticSummary]:
        found = [entry.summary for entry in component.restic_stats if entry.summary]
        for summary in found:
            check_id(summary.id or "", f"Snapshot {self.options.snapshot}")
        if not found or not all(summary.host_path for summary in found):
            raise NotFound(
                f"Snapshot {self.options.snapshot} names no restic snapshot for component "
                f"{self.toolbox.surroundings.component}.",
                code=404,
            )
        return found

    def _check_target(self, path: str, facts: RepositoryFacts) -> None:
        forbidden = [str(self.toolbox.workspace.root.parent)]
        if provider(facts.storage) == LOCAL:
            forbidden.append(mount_path(facts.storage))
        check_target(path, mounts=self.mounts(), forbidden=forbidden)

    def _bring_back(
        self, repository: GuardedRepository, summary: ResticSummary, report: ComponentReport
    ) -> None:
        path = summary.host_path
        due = self._due(repository, summary)

        def tell(progress: Progress) -> None:
            report.progress({"progress": restore_figures(progress)})

        done = repository.patiently(
            lambda: repository.restic.restore(
                summary.id,
                path,
                includes=self.options.includes,
                excludes=self.options.excludes,
                on_progress=tell,
            )
        )
        self._compare(path, done, due)
        if root := repository.restic.root_of(summary.id, path):
            restore_root(path, root, narrate=self.narrate)
        self._restored.files += done.files + done.skipped
        self._restored.bytes += done.bytes
        entries = counted(done.files + done.skipped, "entry", "entries")
        self.narrate(f"Restored {path}: {entries}, {counted(done.bytes, 'byte')}.")

    def _check_recorded(self, repository: GuardedRepository, summary: ResticSummary) -> None:
        """Raises unless the restic snapshot is the one that was recorded."""
        stored = next((one for one in repository.restic.snapshots(summary.id)), None)
        if stored is None or stored.id != summary.id:
            raise NotFound(
                f"{repository.restic.repository.place}: restic snapshot {summary.id[:8]} of "
                f"{summary.host_path} is not there any more.",
                code=404,
            )
        for what, recorded, found in (
            ("files", summary.files, stored.files),
            ("bytes", summary.bytes, stored.bytes),
        ):
            if recorded is not None and found != recorded:
                raise ToolError(
                    f"restic snapshot {summary.id[:8]} holds {found} {what}, but {recorded} are "
                    "on record.",
                    exit_code=0,
                )

    def _due(self, repository: GuardedRepository, summary: ResticSummary) -> Contents:
        """What must come back, and the snapshot has to be the one that was recorded."""
        self._check_recorded(repository, summary)
        due = repository.restic.contents(summary.id, summary.host_path)
        if due.entries == 0 and not self.toolbox.surroundings.allow_empty_source:
            raise ToolError(
                f"restic snapshot {summary.id[:8]} of {summary.host_path} holds nothing.",
                exit_code=0,
            )
        return due

    def _compare(self, path: str, done: RestoreSummary, due: Contents) -> None:
        entries = done.files + done.skipped
        if self.options.is_partial:
            if entries == 0:
                raise ToolError(f"Nothing in {path} matches what was asked for.", exit_code=0)
            return
        if (entries, done.bytes) != (due.entries, due.bytes):
            raise ToolError(
                f"The restore of {path} is not whole: {entries} of "
                f"{counted(due.entries, 'entry', 'entries')} and {done.bytes} of "
                f"{counted(due.bytes, 'byte')} are back.",
                exit_code=0,
            )

    def _conclude(self, report: ComponentReport) -> None:
        component, result = self.toolbox.surroundings.component, self._restored.result()
        leave_result(
            self.toolbox.surroundings,
            self.toolbox.supervisor.redactor,
            task=TASK,
            owner=self.options.key,
            result={"component": component, **result},
        )
        stopping = self.toolbox.supervisor.stop.is_set()
        patience = 5.0 if stopping else self.toolbox.surroundings.patience.report
        fields = {**result, "error": result["error"] or None}
        report.result(fields, patience=patience)
        self.narrate(f"Component {component}: {result['phase']} {result['error']}".rstrip())


def _check_first(claimed: Claim) -> None:
    """Raises Refused when another pod was at it: files replace themselves, rows do not."""
    if claimed.standing is Standing.TAKEN_OVER:
        raise Refused(
            f"Pod {claimed.former[0].name} has begun this restore and is gone. What it has loaded "
            "may be there, and would be there twice. Look, then make another RestoreSession."
        )
