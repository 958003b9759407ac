"""What the comparison of roles and requests does not count, each with its reason."""

from __future__ import annotations

from kubectl_kubestash.resolve.access import STORAGE_INITIALIZER_JOB
from kubectl_kubestash.resolve.operator_role import OPERATOR

from .audit import Asked, Refusal, Use

NOT_SEEN = {
    Use(OPERATOR, "update", "core.kubestash.com", "backupconfigurations/finalizers"): (
        "asked by an admission plugin that is off by default (OwnerReferencesPermissionEnforcement)"
    ),
    Use(OPERATOR, "update", "core.kubestash.com", "backupsessions/finalizers"): (
        "asked by an admission plugin that is off by default (OwnerReferencesPermissionEnforcement)"
    ),
    Use(STORAGE_INITIALIZER_JOB, "get", "storage.kubestash.com", "snapshots"): (
        "asked only where a Job was ended between a Snapshot that it brought back and its status"
    ),
}
"""Rules that do not show as a request in the tests on a cluster."""


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
    if request.resource == "leases":
        return request.namespace == "kube-system" and request.verb in {"get", "create", "patch"}
    return request[:3] == ("list", "", "nodes")
