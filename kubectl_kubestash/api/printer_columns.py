"""The columns of each kind in `kubectl get`, beside the name. Plain data, no pydantic.

Names, order and paths are KubeStash's own, for scripts that read them; so HookTemplate has a
column Timeout that is always empty, because no such field exists.
"""

from __future__ import annotations

from typing import NamedTuple

from .resources import (
    ADDON,
    APP_BINDING,
    BACKUP_BATCH,
    BACKUP_BLUEPRINT,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    BACKUP_VERIFICATION_SESSION,
    BACKUP_VERIFIER,
    FUNCTION,
    HOOK_TEMPLATE,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    Resource,
)


class Column(NamedTuple):
    """One column: title, JSON path of its value, and the value's type."""

    name: str
    json_path: str
    type: str = "string"


AGE = Column("Age", ".metadata.creationTimestamp", "date")
_PHASE = Column("Phase", ".status.phase")
_DURATION = Column("Duration", ".status.duration")
_DEFAULT = Column("Default", ".spec.default", "boolean")
_DELETION_POLICY = Column("Deletion-Policy", ".spec.deletionPolicy")

PRINTER_COLUMNS: dict[Resource, tuple[Column, ...]] = {
    BACKUP_STORAGE: (
        Column("Provider", ".spec.storage.provider"),
        _DEFAULT,
        _DELETION_POLICY,
        Column("Total-Size", ".status.totalSize"),
        _PHASE,
        AGE,
    ),
    REPOSITORY: (
        Column("Integrity", ".status.integrity", "boolean"),
        Column("Snapshot-Count", ".status.snapshotCount", "integer"),
        Column("Size", ".status.size"),
        _PHASE,
        Column("Last-Successful-Backup", ".status.lastBackupTime", "date"),
        AGE,
    ),
    SNAPSHOT: (
        Column("Repository", ".spec.repository"),
        Column("Session", ".spec.session"),
        Column("Snapshot-Time", ".status.snapshotTime"),
        _DELETION_POLICY,
        _PHASE,
        AGE,
    ),
    RETENTION_POLICY: (
        Column("Max-Retention-Period", ".spec.maxRetentionPeriod"),
        _DEFAULT,
        AGE,
    ),
    BACKUP_CONFIGURATION: (_PHASE, Column("Paused", ".spec.paused", "boolean"), AGE),
    BACKUP_BATCH: (AGE,),
    BACKUP_SESSION: (
        Column("Invoker-Type", ".spec.invoker.kind"),
        Column("Invoker-Name", ".spec.invoker.name"),
        _PHASE,
        _DURATION,
        AGE,
    ),
    RESTORE_SESSION: (
        Column("Repository", ".spec.dataSource.repository"),
        _PHASE,
        _DURATION,
        AGE,
    ),
    BACKUP_BLUEPRINT: (AGE,),
    BACKUP_VERIFIER: (AGE,),
    BACKUP_VERIFICATION_SESSION: (_PHASE, _DURATION, AGE),
    HOOK_TEMPLATE: (
        Column("Executor", ".spec.executor.type"),
        Column("Timeout", ".spec.timeout"),
        AGE,
    ),
    ADDON: (AGE,),
    FUNCTION: (AGE,),
    APP_BINDING: (Column("Type", ".spec.type"), Column("Version", ".spec.version"), AGE),
}
