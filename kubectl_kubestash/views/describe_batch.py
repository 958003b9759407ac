"""What there is to say about a BackupBatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_BATCH
from .describe_invoker import backends, repositories, runs, session_conditions, timing, work
from .description import Related, conditions, events, head, phase_with_reason
from .fields import NONE, at, items, namespace_of, reference, text
from .section import Section

if TYPE_CHECKING:
    from .fields import Raw


def describe_backup_batch(batch: Raw, related: Related) -> list[Section]:
    """What is backed up together, when, where to, and how the last runs went."""
    now, paused = related.now, at(batch, "spec", "paused")
    return [
        head(
            batch,
            now,
            ("Phase", phase_with_reason(batch)),
            ("Paused", "yes: no scheduled run will start" if paused else ""),
        ),
        _targets(batch),
        _sessions(batch, related),
        backends(batch),
        repositories(batch, _wanted(batch)),
        runs(batch, BACKUP_BATCH.kind, related),
        *session_conditions(batch, related),
        conditions(batch, now),
        events(related.events, now),
    ]


def _targets(batch: Raw) -> Section:
    home = namespace_of(batch)
    found = {reference(t, home): text(t, "found") for t in items(batch, "status", "targets")}
    rows = []
    for target in items(batch, "spec", "targets"):
        application = reference(target.get("appRef"), home)
        there = {"true": "yes", "false": "no"}.get(found.get(application, ""), NONE)
        rows.append((text(target, "name"), application, there))
    return Section("Targets", columns=("NAME", "APPLICATION", "FOUND"), rows=tuple(rows))


def _sessions(batch: Raw, related: Related) -> Section:
    rows = tuple(
        (*timing(batch, session, related), text(target, "name"), *work(target))
        for session in items(batch, "spec", "sessions")
        for target in items(session, "targets")
    )
    columns = ("NAME", "SCHEDULE", "NEXT RUN", "TARGET", "ADDON", "TASKS", "REPOSITORIES")
    return Section("Sessions", columns=columns, rows=rows)


def _wanted(batch: Raw) -> list[Raw]:
    return [
        repository
        for session in items(batch, "spec", "sessions")
        for target in items(session, "targets")
        for repository in items(target, "repositories")
    ]
