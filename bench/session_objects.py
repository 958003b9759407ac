"""BackupSessions as a cluster keeps them after weeks of backups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import BACKUP_SESSION
from kubectl_kubestash.resolve import conditions as known
from kubectl_kubestash.resolve import labels, names

if TYPE_CHECKING:
    from kubectl_kubestash.resolve.conditions import ConditionType

Object = dict[str, Any]

CONFIGURATION, SESSION = "shop-database", "frequent-backup"
REPOSITORIES = ("shop-s3", "shop-nas")
_FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_STEPS = (
    known.SNAPSHOTS_ENSURED,
    known.BACKUP_EXECUTOR_ENSURED,
    known.RETENTION_POLICY_EXECUTOR_ENSURED,
    known.SESSION_HISTORY_CLEANED,
    known.METRICS_PUSHED,
)


def manifest(number: int, namespace: str) -> Object:
    """What a trigger creates."""
    started = _started(number)
    invoker = {"apiGroup": BACKUP_SESSION.group, "kind": "BackupConfiguration"}
    return {
        "apiVersion": BACKUP_SESSION.api_version,
        "kind": BACKUP_SESSION.kind,
        "metadata": {
            "name": names.backup_session(CONFIGURATION, SESSION, int(started.timestamp())),
            "namespace": namespace,
            "labels": {
                labels.INVOKER_KIND: "BackupConfiguration",
                labels.INVOKER_NAME: CONFIGURATION,
                labels.INVOKER_NAMESPACE: namespace,
                labels.MANAGED_BY: labels.MANAGER,
            },
        },
        "spec": {
            "invoker": invoker | {"name": CONFIGURATION},
            "session": SESSION,
            "retryLeft": 1,
            "backupTimeout": "2h",
        },
    }


def running(session: Object) -> Object:
    """The status after the first steps."""
    return _status(session, "Running", steps=2)


def ended(session: Object, number: int) -> Object:
    """The status at the end; one in ten has failed."""
    if number % 10 == 3:
        return _status(session, "Failed", steps=3)
    return _status(session, "Succeeded", steps=len(_STEPS))


def _status(session: Object, phase: str, *, steps: int) -> Object:
    name, namespace = session["metadata"]["name"], session["metadata"]["namespace"]
    started = datetime.fromtimestamp(int(name.rsplit("-", 1)[1]), UTC)
    status: Object = {
        "phase": phase,
        "backupDeadline": _text(started + timedelta(hours=2)),
        "totalSnapshots": len(REPOSITORIES),
        "snapshots": [_snapshot(repository, name, phase) for repository in REPOSITORIES],
        "conditions": [_condition(step, started) for step in _STEPS[:steps]],
    }
    if phase != "Running":
        ref = {"name": "keep-a-month", "namespace": namespace}
        status["duration"] = "1m17s"
        status["retentionPolicy"] = [
            {"phase": "Applied", "ref": ref, "repository": repository}
            for repository in REPOSITORIES
        ]
    return status


def _snapshot(repository: str, session: str, phase: str) -> Object:
    app = {"apiGroup": "apps", "kind": "StatefulSet", "name": "shop", "namespace": "shop"}
    return {
        "name": names.snapshot(repository, session),
        "phase": phase,
        "repository": repository,
        "appRef": app,
    }


def _condition(step: ConditionType, moment: datetime) -> Object:
    return {
        "type": step.type,
        "status": "True",
        "reason": step.when_true,
        "message": f"{step.type}: done for {', '.join(REPOSITORIES)}.",
        "lastTransitionTime": _text(moment + timedelta(seconds=len(step.type))),
    }


def _started(number: int) -> datetime:
    return _FIRST + timedelta(minutes=15 * number)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
