"""What may the Jobs do that we start?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .manifest import Object

BACKUP_JOB = "kubestash-backup-job"
RESTORE_JOB = "kubestash-restore-job"
CRON_JOB = "kubestash-cron-job"
BACKEND_JOB = "kubestash-backend-job"
STORAGE_INITIALIZER_JOB = "kubestash-storage-initializer-job"
RETENTION_POLICY_JOB = "kubestash-retention-policy-job"


def cluster_roles() -> list[Object]:
    """The ClusterRoles that `install` applies and that the RoleBindings of Jobs name."""
    raise NotImplementedError


def job_access(
    *,
    role: str,
    name: str,
    namespace: str,
    other_namespaces: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    service_account: str = "",
) -> list[Object]:
    """The ServiceAccount (unless one is named) and the RoleBindings of a Job."""
    raise NotImplementedError
