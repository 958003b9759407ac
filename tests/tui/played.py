"""Sessions without a cluster: what an informer would have heard, said by hand."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.errors import ClusterError, Forbidden
from kubectl_kubestash.views.fields import name_of, namespace_of, text
from tests.views import builders
from tui.rows import BACKUP, key_of
from tui.source import Overview

if TYPE_CHECKING:
    from tui.session_row import SessionKey
    from tui.source import Inbox, Trouble

Object = dict[str, Any]


def backup(name: str, phase: str = "Succeeded", *, namespace: str = "demo", age: float = 60) -> Any:
    """A BackupSession; a running one has its first steps."""
    made = builders.session(phase, age=age)
    made["metadata"] |= {"name": name, "namespace": namespace, "uid": name}
    return made


def restore(
    name: str, phase: str = "Succeeded", *, namespace: str = "demo", age: float = 60
) -> Any:
    """A RestoreSession."""
    return {
        "apiVersion": "core.kubestash.com/v1alpha1",
        "kind": "RestoreSession",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": builders.at(age),
        },
        "spec": {
            "dataSource": {"repository": "repo", "snapshot": "latest"},
            "target": {"kind": "PersistentVolumeClaim", "name": "files"},
        },
        "status": {"phase": phase},
    }


def schedule(name: str, phase: str = "Ready", *, namespace: str = "demo", **spec: Any) -> Any:
    """A BackupConfiguration with the session `hourly` into the repository `repo`."""
    session = {
        "name": "hourly",
        "scheduler": {"schedule": "0 * * * *"},
        "repositories": [{"name": "repo"}],
    }
    return {
        "apiVersion": "core.kubestash.com/v1alpha1",
        "kind": "BackupConfiguration",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"sessions": [session], **spec},
        "status": {
            "phase": phase,
            "sessions": [{"name": "hourly", "nextSchedule": builders.at(-1800)}],
        },
    }


def snapshot_of(session: Object, component: Any) -> Any:
    """A Snapshot of a BackupSession."""
    made = builders.snapshot(component)
    made["metadata"] = {"name": f"repo-{name_of(session)}", "namespace": namespace_of(session)}
    made["spec"]["backupSession"] = name_of(session)
    return made


class PlayedSource:
    """The interface that the monitor asks, over what a test puts in."""

    def __init__(self, *sessions: Object, scope: str = "") -> None:
        self.scope = scope
        self.is_synced = True
        self.sessions = {key_of(session): session for session in sessions}
        self.stored: dict[SessionKey, list[Object]] = {}
        self.configurations: list[Object] = []
        self.trouble: tuple[Trouble, ...] = ()
        self.said: list[Object] = []
        self.printed: list[str] = []
        self.reading_fails: ClusterError | None = None
        self.known_namespaces: list[str] | None = None
        self.is_running = False
        self.inbox: Inbox | None = None

    def start(self, inbox: Inbox) -> None:
        self.inbox, self.is_running = inbox, True
        for key, session in self.sessions.items():
            inbox.put(key, session)

    def stop(self) -> None:
        self.is_running = False

    def rescope(self, namespace: str) -> None:
        self.scope = namespace
        if self.inbox is not None:
            self.inbox.clear()
            self.start(self.inbox)

    def session(self, key: SessionKey) -> Object | None:
        return self.sessions.get(key)

    def snapshots(self, key: SessionKey) -> list[Object]:
        return self.stored.get(key, [])

    def troubles(self) -> tuple[Trouble, ...]:
        return self.trouble

    def events(self, key: SessionKey) -> list[Object]:  # noqa: ARG002
        if self.reading_fails:
            raise self.reading_fails
        return self.said

    def log(self, key: SessionKey) -> list[str]:  # noqa: ARG002
        if self.reading_fails:
            raise self.reading_fails
        return self.printed

    def namespaces(self) -> list[str]:
        if self.known_namespaces is None:
            raise Forbidden("namespaces may not be listed", code=403)
        return self.known_namespaces

    def overview(self) -> Overview:
        if self.reading_fails:
            raise self.reading_fails
        sessions = [one for key, one in self.sessions.items() if key.kind == BACKUP]
        snapshots = [one for stored in self.stored.values() for one in stored]
        return Overview(self.configurations, sessions, snapshots)

    def put(self, session: Object) -> None:
        """An operator has written."""
        key = key_of(session)
        self.sessions[key] = session
        assert self.inbox is not None
        self.inbox.put(key, session)

    def remove(self, key: SessionKey) -> None:
        """Somebody has deleted it."""
        del self.sessions[key]
        assert self.inbox is not None
        self.inbox.put(key, None)

    def put_snapshot(self, snapshot: Object) -> None:
        """A runner has written."""
        from tui.session_row import SessionKey  # noqa: PLC0415

        key = SessionKey(BACKUP, namespace_of(snapshot), text(snapshot, "spec", "backupSession"))
        self.stored[key] = [copy.deepcopy(snapshot)]
        assert self.inbox is not None
        self.inbox.touch(key)
