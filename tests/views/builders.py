"""Raw objects as an API server would send them; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 21, 13, 0, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    """A time so many seconds before NOW."""
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(kind: str, status: str = "True", *, ago: float = 0, message: str = "") -> Any:
    return {
        "type": kind,
        "status": status,
        "reason": "Reason",
        "message": message,
        "lastTransitionTime": at(ago),
    }


def session(phase: str = "Running", *conditions: Any, age: float = 60, **status: Any) -> Any:
    found = {"phase": phase, "conditions": list(conditions), **status}
    return {
        "apiVersion": "core.kubestash.com/v1alpha1",
        "kind": "BackupSession",
        "metadata": {
            "name": "files-hourly-1",
            "namespace": "demo",
            "creationTimestamp": at(age),
        },
        "spec": {"invoker": {"kind": "BackupConfiguration", "name": "files"}, "session": "hourly"},
        "status": {key: value for key, value in found.items() if value},
    }


def snapshot(component: Any | None = None, *, size: str = "", name: str = "dump") -> Any:
    return {
        "apiVersion": "storage.kubestash.com/v1alpha1",
        "kind": "Snapshot",
        "metadata": {"name": "repo-files-hourly-1", "namespace": "demo"},
        "spec": {
            "repository": "repo",
            "session": "hourly",
            "backupSession": "files-hourly-1",
            "snapshotID": "01J",
        },
        "status": {"size": size, "components": {name: component} if component else {}},
    }


def running(percent: str = "61.02%", seconds: int = 70, **progress: Any) -> Any:
    figures = {
        "secondsElapsed": seconds,
        "percentDone": percent,
        "backupDone": "490MB",
        "total": "803MB",
        "speed": "7MB/s",
        **progress,
    }
    return {"phase": "Running", "resticStats": [{"progress": figures}]}
