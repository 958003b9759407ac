"""Which storage and which retention policy does a configuration use that names none?

Of all objects that call themselves the default, the first one counts that is

1. in the namespace itself, for that namespace alone,
2. anywhere, for namespaces with certain labels, which this one has,
3. anywhere, for all namespaces.

Of several that are alike the oldest counts: whoever makes another one changes nothing for those who
have relied on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .usage_policy import admits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.resources import ObjectKey
    from ..api.storage.backup_storage import BackupStorage
    from ..api.storage.retention_policy import RetentionPolicy

    Candidate = TypeVar("Candidate", BackupStorage, RetentionPolicy)


def default_storage(
    storages: Iterable[BackupStorage], *, namespace: Mapping[str, Any]
) -> BackupStorage | None:
    """The default BackupStorage of this Namespace (raw), or None."""
    return _default(storages, namespace)


def default_policy(
    policies: Iterable[RetentionPolicy], *, namespace: Mapping[str, Any]
) -> RetentionPolicy | None:
    """The default RetentionPolicy of this Namespace (raw), or None."""
    return _default(policies, namespace)


def _default(candidates: Iterable[Candidate], namespace: Mapping[str, Any]) -> Candidate | None:
    def is_admitted(candidate: Candidate) -> bool:
        home = candidate.metadata.namespace
        return admits(candidate.spec.usage_policy, owner_namespace=home, namespace=namespace)

    fitting = [each for each in candidates if each.spec.default and is_admitted(each)]
    return min(fitting, key=_order, default=None)


def _order(candidate: BackupStorage | RetentionPolicy) -> tuple[int, str, ObjectKey]:
    policy = candidate.spec.usage_policy
    allowed = policy.allowed_namespaces if policy else None
    rank = ("Same", "Selector", "All").index(allowed.from_ if allowed else "Same")
    return rank, str(candidate.metadata.creation_timestamp or ""), candidate.key
