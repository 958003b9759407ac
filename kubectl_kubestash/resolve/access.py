"""What may the Jobs do that we start?

Each Job runs as a ServiceAccount of its own. What it does to many objects, or to objects that it
makes, stands in one of these ClusterRoles, tied to the ServiceAccount in the namespaces that the
Job has to do with. What it only reads, Secrets above all, it may read by name: a Role made for this
one Job names each object (https://kubernetes.io/docs/reference/access-authn-authz/rbac/). No rule
has a wildcard, and none lets a Job list Secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import (
    CLUSTER_ROLE,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    ObjectKey,
    Resource,
)
from .labels import GRANTED_FROM, MANAGED_BY, MANAGER
from .manifest import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .manifest import Object

BACKUP_JOB = "kubestash-backup-job"
RESTORE_JOB = "kubestash-restore-job"
RESTORE_SOURCE_JOB = "kubestash-restore-source-job"
CRON_JOB = "kubestash-cron-job"
BACKEND_JOB = "kubestash-backend-job"
STORAGE_INITIALIZER_JOB = "kubestash-storage-initializer-job"

BY_NAME_ONLY = ""
"""The role of a Job that reads a few objects by name, and does nothing else in the cluster."""

_CORE, _STORAGE = "core.kubestash.com", "storage.kubestash.com"


class Rule(NamedTuple):
    """Something that a Job must be able to do."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    why: str


class Named(NamedTuple):
    """One object that a Job reads, and that its Role names."""

    resource: Resource
    key: ObjectKey


_LOCKS = (
    Rule(_STORAGE, ("snapshots",), ("get", "list"), "what is recorded; which pod claims what"),
    Rule(_CORE, ("restoresessions",), ("list",), "which pod claims a restore"),
    Rule("", ("pods",), ("get",), "whether the pod that holds a lock is gone"),
)
_HOLDER = Rule("coordination.k8s.io", ("leases",), ("get",), "which pod removes data at the moment")
_ALONE = Rule(
    "coordination.k8s.io",
    ("leases",),
    ("get", "create", "patch", "delete"),
    "to be the only one that removes data from a restic repository",
)
_SYNC = (
    Rule("", ("namespaces",), ("get",), "whether its labels let it use the storage"),
    Rule(_STORAGE, ("repositories",), ("get", "create"), "those that the backend holds"),
    Rule(_STORAGE, ("snapshots",), ("get", "list", "create"), "those that the backend holds"),
    Rule(
        _STORAGE,
        ("repositories/status", "snapshots/status"),
        ("patch",),
        "the status that the backend holds of them",
    ),
)

RULES: Mapping[str, tuple[Rule, ...]] = {
    # Also that of the finishing Job, which runs as the same ServiceAccount.
    BACKUP_JOB: (
        Rule(_CORE, ("backupsessions",), ("get",), "what is run"),
        *_LOCKS,
        Rule(
            _STORAGE,
            ("snapshots/status",),
            ("get", "patch"),
            "claim, progress and result; kubectl in a Function of somebody else reads them first",
        ),
        _ALONE,
    ),
    RESTORE_JOB: (
        Rule(_CORE, ("restoresessions",), ("get",), "what is restored, and where to"),
        *_LOCKS,
        _HOLDER,
        Rule(_CORE, ("restoresessions/status",), ("patch",), "claim, progress and result"),
    ),
    RESTORE_SOURCE_JOB: (*_LOCKS, _HOLDER),
    CRON_JOB: (
        Rule(_CORE, ("backupconfigurations",), ("get",), "the session to run, and its limits"),
        Rule(_CORE, ("backupsessions",), ("get", "create"), "the run; whose it is if it is there"),
    ),
    BACKEND_JOB: (*_LOCKS, _ALONE),
    STORAGE_INITIALIZER_JOB: _SYNC,
}
"""What each ClusterRole allows, and why."""

_ELSEWHERE = {RESTORE_JOB: RESTORE_SOURCE_JOB}
"""The lesser role that is enough in other namespaces."""


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
        for name, rules in RULES.items()
    ]


def job_access(
    *,
    role: str,
    name: str,
    namespace: str,
    other_namespaces: Sequence[str] = (),
    reads: Iterable[Named] = (),
    labels: Mapping[str, str] | None = None,
    service_account: str = "",
) -> list[Object]:
    """The ServiceAccount, unless one is named, and the rights of a Job in `namespace`.

    `role` holds in `namespace`, and a lesser one in the other namespaces; what it `reads` may be
    anywhere. In another namespace rights are called `namespace.name`, so that Jobs of two
    namespaces cannot take each other's. Each Role comes before the RoleBinding that names it.
    """
    account = ObjectKey(namespace, service_account or name)
    made = [] if service_account else [manifest(SERVICE_ACCOUNT, account)]
    elsewhere = [each for each in dict.fromkeys(other_namespaces) if each and each != namespace]
    home = ObjectKey(namespace, name)
    if role:
        made.append(_binding(home, CLUSTER_ROLE, role, account))
        for other in elsewhere:
            lesser = _ELSEWHERE.get(role, role)
            made.append(_binding(_key_in(other, home), CLUSTER_ROLE, lesser, account))
    for where, rules in _by_namespace(reads).items():
        key = _key_in(where, home)
        key = key._replace(name=f"{key.name}.reads")
        made += [manifest(ROLE, key, rules=rules), _binding(key, ROLE, key.name, account)]
    for each in made:
        foreign = each["metadata"]["namespace"] != namespace
        if marks := {**(labels or {}), **({GRANTED_FROM: namespace} if foreign else {})}:
            each["metadata"]["labels"] = marks
    return made


def _key_in(namespace: str, home: ObjectKey) -> ObjectKey:
    """What the rights of a Job are called in this namespace."""
    return home if namespace == home.namespace else ObjectKey(namespace, ".".join(home))


def _by_namespace(reads: Iterable[Named]) -> dict[str, list[Object]]:
    """The rules that let each of these objects be read, for each namespace."""
    names: dict[str, dict[Resource, set[str]]] = {}
    for resource, key in reads:
        names.setdefault(key.namespace, {}).setdefault(resource, set()).add(key.name)
    return {
        namespace: [
            {
                "apiGroups": [resource.group],
                "resources": [resource.plural],
                "resourceNames": sorted(found),
                "verbs": ["get"],
            }
            for resource, found in sorted(kinds.items())
        ]
        for namespace, kinds in sorted(names.items())
    }


def _binding(key: ObjectKey, of: Resource, role: str, account: ObjectKey) -> Object:
    return manifest(
        ROLE_BINDING,
        key,
        roleRef={"apiGroup": of.group, "kind": of.kind, "name": role},
        subjects=[
            {
                "kind": SERVICE_ACCOUNT.kind,
                "name": account.name,
                "namespace": account.namespace,
            }
        ],
    )
