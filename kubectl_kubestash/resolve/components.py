"""What is each part of a Snapshot called?

`dump`, `dump-pod-0` for a pod of a StatefulSet, `dump-worker-1` for a node of a DaemonSet: the
names that KubeStash gives them.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..api.core.restore_session import RestoreSession
    from ..api.storage.snapshot import Snapshot


def component(task: str) -> str:
    """The component that a task which runs once works on, for its backup and its restore.

    For one that runs once for each pod it is what their names begin with.
    """
    for word, name in (
        ("manifest", "manifest"),
        ("volume-snapshot", "volumesnapshot"),
        ("dashboard", "dashboard"),
        ("physical", "physical"),
    ):
        if task.startswith(word):
            return name
    return "dump"


def restored_components(session: RestoreSession, snapshot: Snapshot) -> tuple[str, ...]:
    """The components to restore: those that are named, or else all of the Snapshot, by name."""
    source = session.spec.data_source
    wanted = source.components if source else ()
    return tuple(dict.fromkeys(wanted)) or tuple(sorted(snapshot.status.components))


def recorded_paths(snapshot: Snapshot, component: str) -> list[str]:
    """The paths that a component of the Snapshot holds, without `.`, `..` and doubled slashes."""
    there = snapshot.status.components.get(component)
    stats = [entry.summary for entry in there.restic_stats if entry.summary] if there else []
    return [normal_path(summary.host_path) for summary in stats if summary.host_path]


def normal_path(path: str) -> str:
    """The path without `.`, `..` and doubled slashes."""
    return f"/{posixpath.normpath(path).lstrip('/')}"
