"""What may the Jobs do that we start?

Each Job runs as a ServiceAccount of its own, which a RoleBinding ties to one of these ClusterRoles
in the namespaces that the Job has to do with, and nowhere else. No rule has a wildcard, and none
lets a Job list Secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import CLUSTER_ROLE, ROLE_BINDING, SERVICE_ACCOUNT, ObjectKey
from .labels import MANAGED_BY, MANAGER
from .manifest import manifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .manifest import Object

BACKUP_JOB = "kubestash-backup-job"
RESTORE_JOB = "kubestash-restore-job"
CRON_JOB = "kubestash-cron-job"
BACKEND_JOB = "kubestash-backend-job"
STORAGE_INITIALIZER_JOB = "kubestash-storage-initializer-job"
STORAGE_SYNC_JOB = "kubestash-storage-sync-job"

_CORE, _STORAGE = "core.kubestash.com", "storage.kubestash.com"


class Rule(NamedTuple):
    """Something that a Job must be able to do."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    why: str


_BACKEND = (
    Rule(_STORAGE, ("backupstorages", "repositories"), ("get",), "where the data is, and whose"),
    Rule("", ("secrets",), ("get",), "the credentials and the password that those two name"),
)
_LOCKS = (
    Rule(_STORAGE, ("snapshots",), ("get", "list"), "what is recorded; which pod claims what"),
    Rule(_CORE, ("restoresessions",), ("get", "list"), "which pod claims a restore"),
    Rule("", ("pods",), ("get",), "whether the pod that holds a lock is gone"),
    Rule("coordination.k8s.io", ("leases",), ("get",), "which pod removes data at the moment"),
)
_ALONE = Rule(
    "coordination.k8s.io",
    ("leases",),
    ("get", "create", "update", "patch", "delete"),
    "to be the only one that removes data from a restic repository",
)
_RUN = Rule(
    _CORE, ("backupsessions", "backupconfigurations"), ("get",), "what is run, and with what"
)

_SYNC = (
    Rule("", ("namespaces",), ("get",), "whether its labels let it use the storage"),
    Rule(
        _STORAGE,
        ("repositories", "snapshots"),
        ("get", "list", "create"),
        "what the backend holds of them",
    ),
    Rule(
        _STORAGE,
        ("repositories/status", "snapshots/status"),
        ("patch",),
        "the status that the backend holds of them",
    ),
)

_ROLES: Mapping[str, tuple[Rule, ...]] = {
    # Also that of the finishing Job, which runs as the same ServiceAccount.
    BACKUP_JOB: (
        _RUN,
        *_BACKEND,
        *_LOCKS,
        Rule(_STORAGE, ("snapshots/status",), ("patch",), "claim, progress and result"),
        _ALONE,
    ),
    RESTORE_JOB: (
        *_BACKEND,
        *_LOCKS,
        Rule(_CORE, ("restoresessions/status",), ("patch",), "claim, progress and result"),
    ),
    CRON_JOB: (
        Rule(_CORE, ("backupconfigurations",), ("get",), "the session to run, and its limits"),
        Rule(_CORE, ("backupsessions",), ("create",), "the run"),
    ),
    BACKEND_JOB: (*_BACKEND, *_LOCKS, _ALONE),
    STORAGE_INITIALIZER_JOB: (*_BACKEND, *_SYNC),
    STORAGE_SYNC_JOB: _SYNC,
}

_ELSEWHERE = {STORAGE_INITIALIZER_JOB: STORAGE_SYNC_JOB}
"""The lesser role that is enough in other namespaces: there are no credentials to read."""


def cluster_roles() -> list[Object]:
    """The ClusterRoles that `install` applies and that the RoleBindings of Jobs name."""
    marks = {MANAGED_BY: MANAGER}
    return [
        manifest(
            CLUSTER_ROLE,
            ObjectKey("", name),
            labels=marks,
            rules=[
                {
                    "apiGroups": [rule.group],
                    "resources": list(rule.resources),
                    "verbs": list(rule.verbs),
                }
                for rule in rules
            ],
        )
        for name, rules in _ROLES.items()
    ]


def job_access(
    *,
    role: str,
    name: str,
    namespace: str,
    other_namespaces: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    service_account: str = "",
    owner: Mapping[str, object] | None = None,
) -> list[Object]:
    """The ServiceAccount, unless one is named, and the RoleBindings of a Job in `namespace`.

    In another namespace the RoleBinding is called `namespace.name`, so that Jobs of two namespaces
    cannot take each other's. `owner` is an owner reference for what lies in `namespace`.
    """
    account = service_account or name
    elsewhere = [each for each in dict.fromkeys(other_namespaces) if each and each != namespace]
    home = ObjectKey(namespace, name)
    here = [] if service_account else [manifest(SERVICE_ACCOUNT, home, labels=labels)]
    here.append(_binding(home, role, ObjectKey(namespace, account), labels))
    if owner:
        for each in here:
            each["metadata"]["ownerReferences"] = [dict(owner)]
    return here + [
        _binding(
            ObjectKey(other, f"{namespace}.{name}"),
            _ELSEWHERE.get(role, role),
            ObjectKey(namespace, account),
            labels,
        )
        for other in elsewhere
    ]


def _binding(
    key: ObjectKey, role: str, account: ObjectKey, marks: Mapping[str, str] | None
) -> Object:
    return manifest(
        ROLE_BINDING,
        key,
        labels=marks,
        roleRef={"apiGroup": CLUSTER_ROLE.group, "kind": CLUSTER_ROLE.kind, "name": role},
        subjects=[
            {
                "kind": SERVICE_ACCOUNT.kind,
                "name": account.name,
                "namespace": account.namespace,
            }
        ],
    )
