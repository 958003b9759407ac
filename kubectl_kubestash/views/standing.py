"""How does each scheduled backup stand: the last good one, the last run, the next?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .fields import at, created, items, name_of, namespace_of, text, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .fields import Raw

_GOOD = "Ready"
_WORST_FIRST = ("Invalid", "NotReady", "Failed", "Paused", "Pending", "Running", _GOOD)


class Standing(NamedTuple):
    """One session of a BackupConfiguration."""

    namespace: str
    configuration: str
    session: str
    phase: str
    """Of the configuration while that is not Ready; else Failed when the last run was, Paused,
    Pending without any good backup, Running, or Ready."""

    schedule: str
    last_good: datetime | None
    """When data was stored in all of its repositories, as far as Snapshots are there to tell."""

    last_run: datetime | None
    last_phase: str
    next_run: datetime | None
    reason: str = ""

    @property
    def what(self) -> str:
        """As sessions are called in lists."""
        return f"{self.configuration}/{self.session}"


def standings(
    configurations: Iterable[Raw], sessions: Iterable[Raw], snapshots: Iterable[Raw]
) -> list[Standing]:
    """All of them, what somebody has to look at first."""
    runs, stored = _newest_runs(sessions), _newest_stored(snapshots)
    found = [
        _standing(configuration, session, runs, stored)
        for configuration in configurations
        for session in items(configuration, "spec", "sessions")
    ]
    return sorted(found, key=lambda one: (_WORST_FIRST.index(one.phase), one.namespace, one.what))


def _standing(
    configuration: Raw,
    session: Raw,
    runs: Mapping[tuple[str, ...], Raw],
    stored: Mapping[tuple[str, ...], datetime],
) -> Standing:
    home, name = namespace_of(configuration), text(session, "name")
    run = runs.get((home, name_of(configuration), name))
    repositories = [text(one, "name") for one in items(session, "repositories")]
    times = [stored.get((home, repository, name)) for repository in repositories]
    known = [moment for moment in times if moment is not None]
    last_good = min(known) if known and len(known) == len(times) else None
    states = {text(one, "name"): one for one in items(configuration, "status", "sessions")}
    return Standing(
        namespace=home,
        configuration=name_of(configuration),
        session=name,
        phase=_phase(configuration, run, last_good),
        schedule=text(session, "scheduler", "schedule"),
        last_good=last_good,
        last_run=created(run) if run else None,
        last_phase=(text(run, "status", "phase") or "Pending") if run else "",
        next_run=time_of(at(states.get(name), "nextSchedule")),
        reason=_reason(configuration),
    )


def _phase(configuration: Raw, run: Raw | None, last_good: datetime | None) -> str:
    own = text(configuration, "status", "phase") or "NotReady"
    if own != _GOOD:
        return own if own in _WORST_FIRST else "NotReady"
    ran = text(run, "status", "phase") if run else ""
    if ran == "Failed":
        return "Failed"
    if at(configuration, "spec", "paused") is True:
        return "Paused"
    if ran == "Running":
        return "Running"
    return _GOOD if last_good else "Pending"


def _reason(configuration: Raw) -> str:
    bad = [
        text(entry, "message") or text(entry, "reason")
        for entry in items(configuration, "status", "conditions")
        if entry.get("status") == "False"
    ]
    return bad[0] if bad else ""


def _newest_runs(sessions: Iterable[Raw]) -> dict[tuple[str, ...], Raw]:
    found: dict[tuple[str, ...], Raw] = {}
    for run in sorted(sessions, key=lambda one: text(one, "metadata", "creationTimestamp")):
        invoker = text(run, "spec", "invoker", "name")
        found[namespace_of(run), invoker, text(run, "spec", "session")] = run
    return found


def _newest_stored(snapshots: Iterable[Raw]) -> dict[tuple[str, ...], datetime]:
    found: dict[tuple[str, ...], datetime] = {}
    for snapshot in snapshots:
        if text(snapshot, "status", "phase") != "Succeeded":
            continue
        taken = time_of(at(snapshot, "status", "snapshotTime")) or created(snapshot)
        repository, session = (
            text(snapshot, "spec", "repository"),
            text(snapshot, "spec", "session"),
        )
        key = (namespace_of(snapshot), repository, session)
        if taken is not None and (key not in found or found[key] < taken):
            found[key] = taken
    return found
