"""What the comparison of roles and requests does not count, each with its reason."""

from __future__ import annotations

from kubectl_kubestash.resolve.access import CRON_JOB, STORAGE_INITIALIZER_JOB
from kubectl_kubestash.resolve.operator_role import OPERATOR

from .audit import Asked, Refusal, Use

_STORAGE, _CORE, _RBAC = "storage.kubestash.com", "core.kubestash.com", "rbac.authorization.k8s.io"
_OFF = "asked by an admission plugin that is off by default (OwnerReferencesPermissionEnforcement)"
_AFTER_A_CRASH = (
    "asked only where an operator was ended between making something and knowing of it, which "
    "tests/controllers/test_crashes.py does after every single write"
)
_TO_GRANT = "had so that Jobs may be let read one of them; " + _AFTER_A_CRASH

NOT_SEEN = {
    Use(OPERATOR, "update", _CORE, "backupconfigurations/finalizers"): _OFF,
    Use(OPERATOR, "update", _CORE, "backupsessions/finalizers"): _OFF,
    Use(OPERATOR, "create", "batch", "cronjobs"): "a server-side apply that creates is a patch",
    Use(OPERATOR, "patch", "", "events"): "asked only when a thing is told again after a minute",
    Use(OPERATOR, "get", "batch", "jobs"): _AFTER_A_CRASH,
    Use(OPERATOR, "get", "", "serviceaccounts"): _AFTER_A_CRASH,
    Use(OPERATOR, "get", _RBAC, "roles"): _AFTER_A_CRASH,
    Use(OPERATOR, "patch", _RBAC, "roles"): _AFTER_A_CRASH,
    Use(OPERATOR, "get", _RBAC, "rolebindings"): _AFTER_A_CRASH,
    Use(OPERATOR, "get", _STORAGE, "repositories"): _TO_GRANT,
    Use(OPERATOR, "get", _STORAGE, "backupstorages"): _TO_GRANT,
    Use(CRON_JOB, "get", _CORE, "backupsessions"): "asked only when a run of the name is there",
    Use(STORAGE_INITIALIZER_JOB, "get", _STORAGE, "snapshots"): (
        "asked only where a Job was ended between a Snapshot that it brought back and its status"
    ),
}
"""Rules that need not show as a request in the tests on a cluster."""


def is_provoked(refusal: Refusal) -> bool:
    """Whether being refused is how the program learns what it may do.

    A storage's first look at its backend has no rights in the namespaces that the backend's
    Repositories belong to: the refusal names them to the operator, which then decides.
    """
    _, _, account = refusal.account.partition(":")
    return account.startswith("init-") and refusal.resource in {"namespaces", "repositories"}


def is_for_a_person(request: Asked) -> bool:
    """What an operator asks for only where somebody started it with his own kubeconfig.

    Then it looks whether a node has its image, to name the command that loads it; kube-system is
    where the Lease is, for which a Role beside it gives leave.
    """
    if request.resource == "secrets" and request.verb in {"create", "patch"}:
        return True  # The certificate of the webhook, by a Role in the operator's namespace.
    if request.resource == "leases":
        return request.namespace == "kube-system" and request.verb in {"get", "create", "patch"}
    return request[:3] == ("list", "", "nodes")
