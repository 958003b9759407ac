"""Who looks after which kind?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    NAMESPACE,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from ..resolve.validation.unsupported_kind import LEFT_ALONE
from . import finalizers
from .backup_configuration import BackupConfigurationReconciler
from .backup_session import BackupSessionReconciler
from .backup_storage import BackupStorageReconciler
from .repository import RepositoryReconciler
from .restore_session import RestoreSessionReconciler
from .result import Result, done
from .rights import withdrawing
from .snapshot import SnapshotReconciler
from .unsupported_kind import UnsupportedKindReconciler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .context import Context
    from .manager import Reconcile


def reconcilers(context: Context) -> Mapping[Resource, Reconcile]:
    """For each kind that is looked after, what brings one object forward."""
    found: Mapping[Resource, Reconcile] = {
        BACKUP_STORAGE: BackupStorageReconciler(context).reconcile,
        REPOSITORY: RepositoryReconciler(context).reconcile,
        SNAPSHOT: SnapshotReconciler(context).reconcile,
        BACKUP_CONFIGURATION: BackupConfigurationReconciler(context).reconcile,
        BACKUP_SESSION: BackupSessionReconciler(context).reconcile,
        RESTORE_SESSION: RestoreSessionReconciler(context).reconcile,
    }
    return {
        **{kind: UnsupportedKindReconciler(context, kind).reconcile for kind in LEFT_ALONE},
        **{
            kind: withdrawing(context, kind, _unless_ending(context, kind, each))
            for kind, each in found.items()
        },
    }


def _unless_ending(context: Context, resource: Resource, reconcile: Reconcile) -> Reconcile:
    """Leave alone what its namespace is about to delete: nothing can be made there any more."""

    def reconcile_if(key: ObjectKey) -> Result:
        namespace = context.store.find(NAMESPACE, ObjectKey("", key.namespace))
        if namespace is not None and finalizers.is_being_deleted(namespace):
            raw = context.store.find(resource, key)
            if raw is not None and not finalizers.is_being_deleted(raw):
                return done()
        return reconcile(key)

    return reconcile_if
