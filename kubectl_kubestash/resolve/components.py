"""What is each part of a Snapshot called?

`dump`, `dump-pod-0` for a pod of a StatefulSet, `dump-worker-1` for a node of a DaemonSet: the
names that KubeStash gives them.
"""

from __future__ import annotations

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
