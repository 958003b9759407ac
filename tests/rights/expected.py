"""What the comparison of roles and requests does not count, each with its reason."""

from __future__ import annotations

from kubectl_kubestash.resolve.operator_role import OPERATOR

from .audit import Refusal, Use

NOT_SEEN = {
    Use(OPERATOR, "update", "core.kubestash.com", "backupconfigurations/finalizers"): (
        "asked by an admission plugin that is off by default (OwnerReferencesPermissionEnforcement)"
    ),
    Use(OPERATOR, "update", "core.kubestash.com", "backupsessions/finalizers"): (
        "asked by an admission plugin that is off by default (OwnerReferencesPermissionEnforcement)"
    ),
}
"""Rules that never show as a request of their own."""


def is_provoked(refusal: Refusal) -> bool:
    """Whether being refused is how the program learns what it may do.

    A storage's first look at its backend has no rights in the namespaces that the backend's
    Repositories belong to: the refusal names them to the operator, which then decides.
    """
    _, _, account = refusal.account.partition(":")
    return account.startswith("init-") and refusal.resource in {"namespaces", "repositories"}
