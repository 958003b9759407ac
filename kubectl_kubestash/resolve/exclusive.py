"""May this Job be started beside the Jobs that work on the same Repositories?

Backups and restores of one Repository may run side by side; finishing (retention) and cleaning up
remove data, so they run alone. Which Repositories a Job works on stands in its annotation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..api.resources import ObjectKey
from . import labels

Job = Mapping[str, Any]

_OVER = frozenset({"Succeeded", "Failed", "Invalid"})
_ALONE = frozenset({labels.FINISHER, labels.CLEANER})
_TOGETHER = frozenset({labels.BACKUP, labels.RESTORE})


def repositories(job: Job) -> frozenset[str]:
    """`namespace/name` of each Repository that the Job works on.

    Only a restore reads from other namespaces; what else names a Repository there is not believed.
    """
    noted = (job["metadata"].get("annotations") or {}).get(labels.REPOSITORIES, "")
    found = frozenset(part.strip() for part in noted.split(",") if part.strip())
    if _component(job) == labels.RESTORE:
        return found
    home = f"{job['metadata'].get('namespace', '')}/"
    return frozenset(name for name in found if name.startswith(home))


def snapshots_read(session: Job) -> list[ObjectKey]:
    """The Snapshots that a RestoreSession reads, as the operator has recorded them.

    One that has ended reads none, whatever its status says.
    """
    status = session.get("status") or {}
    if status.get("phase") in _OVER:
        return []
    home = str(session["metadata"].get("namespace", ""))
    return [
        ObjectKey(str(entry.get("namespace") or home), str(entry["name"]))
        for entry in status.get("dependencies") or ()
        if entry.get("kind") == "Snapshot" and entry.get("name")
    ]


def is_active(job: Job) -> bool:
    """Whether the Job has not ended."""
    entries = (job.get("status") or {}).get("conditions") or ()
    return not any(
        entry.get("type") in {"Complete", "Failed"} and entry.get("status") == "True"
        for entry in entries
    )


def in_the_way(wanted: Job, jobs: Iterable[Job]) -> list[str]:
    """`namespace/name` of the active Jobs that must end before `wanted` may start."""
    mine = repositories(wanted)
    alone = _component(wanted) in _ALONE
    return sorted(
        name
        for job in jobs
        if (name := _name(job)) != _name(wanted)
        and is_active(job)
        and mine & repositories(job)
        and (_component(job) in _ALONE or (alone and _component(job) in _TOGETHER))
    )


def _component(job: Job) -> str:
    return str((job["metadata"].get("labels") or {}).get(labels.COMPONENT, ""))


def _name(job: Job) -> str:
    return f"{job['metadata'].get('namespace', '')}/{job['metadata']['name']}"
