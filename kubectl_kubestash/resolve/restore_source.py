"""Which Snapshot is restored, and which parts of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.storage.snapshot import SnapshotPhase
from .components import restored_components
from .findings import Finding
from .labels import FORGOTTEN_BY
from .retention import taken_at
from .wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..api.core.restore_session import RestoreSession
    from ..api.storage.snapshot import Component, Snapshot

LATEST = "latest"


def choose_snapshot(session: RestoreSession, snapshots: Sequence[Snapshot]) -> Snapshot | Finding:
    """The Snapshot that the session names, or why there is none.

    `latest` is the newest successful one of the Repository that the session names, and nothing else
    is ever chosen by age: another Repository's data would end up in the volume.
    """
    source = session.spec.data_source
    owner, field = f"RestoreSession {session.key}", "spec.dataSource.snapshot"
    if source is None or not source.snapshot:
        return Finding("SnapshotMissing", f"{owner}: {field}: no Snapshot is named.", field)
    home = source.namespace or session.metadata.namespace
    within = [
        each
        for each in snapshots
        if each.metadata.namespace == home and source.repository in ("", each.spec.repository)
    ]
    if source.snapshot == LATEST:
        return _latest(owner, source.repository, within)
    named = [each for each in within if each.metadata.name == source.snapshot]
    if named:
        return named[0]
    where = f"Repository {home}/{source.repository}" if source.repository else f"namespace {home}"
    hint = did_you_mean(source.snapshot, [each.metadata.name for each in within])
    message = f"{owner}: {field}: {where} has no Snapshot {source.snapshot!r}.{hint}"
    return Finding("SnapshotNotFound", message, field)


def _latest(owner: str, repository: str, snapshots: Sequence[Snapshot]) -> Snapshot | Finding:
    field = "spec.dataSource.repository"
    if not repository:
        message = f"{owner}: {field}: `latest` needs the name of a Repository."
        return Finding("RepositoryMissing", message, field)
    succeeded = [each for each in snapshots if each.status.phase == SnapshotPhase.SUCCEEDED]
    if not succeeded:
        message = f"{owner}: {field}: Repository {repository!r} has no successful Snapshot."
        return Finding("SnapshotNotFound", message, field)
    # What retention has marked may be half gone already; it is better than nothing at all.
    staying = [each for each in succeeded if FORGOTTEN_BY not in each.metadata.annotations]
    return max(staying or succeeded, key=lambda each: (taken_at(each), each.metadata.name))


def source_findings(session: RestoreSession, snapshot: Snapshot) -> Iterator[Finding]:
    """Objections to the Snapshot and to the components that are to be restored."""
    owner, status = f"RestoreSession {session.key}", snapshot.status
    if status.phase != SnapshotPhase.SUCCEEDED:
        field = "spec.dataSource.snapshot"
        message = f"{owner}: {field}: Snapshot {snapshot.key} is {status.phase}, not Succeeded."
        yield Finding("SnapshotNotSucceeded", message, field)
    chosen = restored_components(session, snapshot)
    field = "spec.dataSource.components"
    if not chosen:
        message = f"{owner}: {field}: Snapshot {snapshot.key} has no components."
        yield Finding("NothingToRestore", message, field)
    for name in chosen:
        component = status.components.get(name)
        if component is None:
            hint = did_you_mean(name, status.components)
            message = f"{owner}: {field}: Snapshot {snapshot.key} has no component {name!r}.{hint}"
            yield Finding("UnknownComponent", message, field)
        else:
            yield from _component(owner, snapshot, name, component)


def _component(
    owner: str, snapshot: Snapshot, name: str, component: Component
) -> Iterator[Finding]:
    field = "spec.dataSource.components"
    what = f"{owner}: {field}: component {name!r} of Snapshot {snapshot.key}"
    if component.phase != SnapshotPhase.SUCCEEDED:
        yield Finding("ComponentNotSucceeded", f"{what} is {component.phase}.", field)
    if component.driver not in (None, "Restic"):
        message = f"{what} was taken by {component.driver}, which is not supported yet."
        yield Finding("NotSupported", message, field)
    elif not any(stats.summary and stats.summary.id for stats in component.restic_stats):
        message = f"{what} has no restic snapshot on record."
        yield Finding("NothingRecorded", message, field)
