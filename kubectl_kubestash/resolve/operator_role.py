"""What may the operator itself do, when it runs in the cluster?

Its ServiceAccount is tied to one ClusterRole by a ClusterRoleBinding, because it looks after all
namespaces, and to a Role beside the one Lease of all operators
(https://kubernetes.io/docs/reference/access-authn-authz/rbac/). It never lists Secrets, and may
bind the roles of Jobs without having their rights itself: that is what the verb `bind` is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import CLUSTER_ROLE, ObjectKey
from .access import Rule, cluster_roles
from .admission.configurations import CONFIGURATIONS, MUTATING
from .admission.configurations import NAME as CONFIGURATIONS_NAME
from .manifest import manifest
from .validation.unsupported_kind import LEFT_ALONE

if TYPE_CHECKING:
    from .manifest import Object

OPERATOR = "kubestash-operator"
"""Name of the operator's ClusterRole, and of nearly all else that belongs to it."""

WEBHOOK_ROLE = f"{OPERATOR}-webhook"
"""Name of the Role for the certificate of the webhook."""

METRICS_READER = "kubestash-metrics-reader"
"""Name of the ClusterRole that lets somebody read the operator's metrics."""

_CORE, _STORAGE, _ADDONS = "core.kubestash.com", "storage.kubestash.com", "addons.kubestash.com"
_RBAC = "rbac.authorization.k8s.io"
_WATCHED = ("get", "list", "watch")

_OURS = (
    Rule(_ADDONS, ("addons", "functions"), ("list", "watch"), "how a task becomes a Job"),
    Rule(_STORAGE, ("retentionpolicies",), ("list", "watch"), "what is kept"),
    Rule(
        _STORAGE,
        ("backupstorages",),
        (*_WATCHED, "patch"),
        "what to do; to put on and take off the finalizer; to let Jobs read one of them",
    ),
    Rule(
        _STORAGE,
        ("repositories", "snapshots"),
        (*_WATCHED, "create", "patch", "delete"),
        "what a backup makes, and what retention and deletion take away",
    ),
    Rule(
        _CORE,
        ("backupconfigurations",),
        ("list", "watch", "patch"),
        "what to do; to put on and take off the finalizer",
    ),
    Rule(
        _CORE,
        ("backupsessions",),
        (*_WATCHED, "create", "patch", "delete"),
        "runs: the first one, one more after a failure, and those that history forgets",
    ),
    Rule(
        _CORE,
        ("restoresessions",),
        (*_WATCHED, "patch"),
        "what to do; to put on and take off the finalizer",
    ),
    Rule(
        _CORE,
        tuple(each.plural for each in LEFT_ALONE),
        ("list", "watch"),
        "to tell whoever makes one that nothing comes of it yet",
    ),
    Rule(_CORE, ("backupbatches/status",), ("patch",), "to tell it, too"),
    Rule(
        _STORAGE,
        ("backupstorages/status", "repositories/status", "snapshots/status"),
        ("patch",),
        "phases and conditions",
    ),
    Rule(
        _CORE,
        ("backupconfigurations/status", "backupsessions/status", "restoresessions/status"),
        ("patch",),
        "phases and conditions",
    ),
    Rule(
        _CORE,
        ("backupconfigurations/finalizers", "backupsessions/finalizers"),
        ("update",),
        "to own what it makes, where the API server guards blockOwnerDeletion",
    ),
)
_WORK = (
    Rule("batch", ("jobs",), (*_WATCHED, "create", "delete"), "the Jobs that do the work"),
    Rule("batch", ("cronjobs",), ("list", "watch", "create", "patch", "delete"), "schedules"),
    Rule("", ("pods",), ("list", "watch"), "how Jobs fare; which node a volume is in use on"),
    Rule("", ("serviceaccounts",), ("get", "create", "delete"), "each Job has one of its own"),
    Rule(
        _RBAC,
        ("roles",),
        ("get", "create", "patch", "delete"),
        "what a Job reads by name: never more than the operator itself may read",
    ),
    Rule(
        _RBAC,
        ("rolebindings",),
        ("get", "list", "create", "delete"),
        "what a Job may do, and where; what an earlier operator has left",
    ),
    Rule("", ("events",), ("list", "create", "patch"), "to tell, and to learn why a Job waits"),
)
_SURROUNDINGS = (
    Rule("", ("namespaces",), _WATCHED, "labels that usage policies select; which ones are ending"),
    Rule("", ("secrets",), ("get",), "whether it is there: only its metadata is asked for"),
    Rule(
        "",
        ("persistentvolumeclaims",),
        ("get", "create"),
        "targets, and on which node a Job must run; what a restore fills",
    ),
    Rule("apps", ("deployments",), ("get", "list"), "targets; whether another operator is present"),
    Rule("apps", ("statefulsets", "daemonsets"), ("get",), "targets"),
    Rule("appcatalog.appscode.com", ("appbindings",), ("get",), "targets: databases"),
)
_CALLERS = (
    Rule("authentication.k8s.io", ("tokenreviews",), ("create",), "who asks for the metrics"),
    Rule("authorization.k8s.io", ("subjectaccessreviews",), ("create",), "whether they may"),
)

_REFERRED_TO = (Rule(_CORE, ("hooktemplates",), ("list", "watch"), "whether a hook may name it"),)

RULES: tuple[Rule, ...] = (*_OURS, *_WORK, *_SURROUNDINGS, *_CALLERS, *_REFERRED_TO)

NAMED_RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (
        Rule(
            MUTATING.group,
            tuple(each.plural for each in CONFIGURATIONS),
            ("get", "patch"),
            "to tell the API server which certificate the webhook has",
        ),
        (CONFIGURATIONS_NAME,),
    ),
)
"""Rules for objects of certain names only."""

WEBHOOK_RULES: tuple[Rule, ...] = (
    Rule("", ("secrets",), ("create", "patch"), "the certificate of the webhook"),
)
"""What its Role in its own namespace allows; but for `create`, of one Secret only."""


def operator_cluster_roles() -> list[Object]:
    """The ClusterRole of the operator, and the one for those who read its metrics."""
    bound = [role["metadata"]["name"] for role in cluster_roles()]
    rules = [_rule(rule) for rule in RULES]
    rules.append(
        {
            "apiGroups": [_RBAC],
            "resources": ["clusterroles"],
            "resourceNames": bound,
            "verbs": ["bind"],
        }
    )
    rules += [{**_rule(rule), "resourceNames": list(names)} for rule, names in NAMED_RULES]
    return [
        manifest(CLUSTER_ROLE, ObjectKey("", OPERATOR), rules=rules),
        manifest(
            CLUSTER_ROLE,
            ObjectKey("", METRICS_READER),
            rules=[{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}],
        ),
    ]


def lease_rules(name: str) -> list[Object]:
    """Rules for the namespace of the Lease: to make it, and to keep exactly this one."""
    group = "coordination.k8s.io"
    return [
        {"apiGroups": [group], "resources": ["leases"], "verbs": ["create"]},
        {
            "apiGroups": [group],
            "resources": ["leases"],
            "resourceNames": [name],
            "verbs": ["get", "patch"],
        },
    ]


def webhook_rules(name: str) -> list[Object]:
    """Rules for the operator's namespace: to make this Secret, and to change exactly this one."""
    return [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": [name],
            "verbs": ["patch"],
        },
    ]


def _rule(rule: Rule) -> Object:
    return {
        "apiGroups": [rule.group],
        "resources": list(rule.resources),
        "verbs": list(rule.verbs),
    }
