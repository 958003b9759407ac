"""May this RetentionPolicy be used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import UsageError
from ..findings import Finding
from ..retention import longest_period
from .usage_policy import usage_policy_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...api.storage.retention_policy import RetentionPolicy, SuccessfulSnapshots


def policy_findings(policy: RetentionPolicy, others: Sequence[RetentionPolicy]) -> list[Finding]:
    """Everything that is wrong with this policy, seen beside the others of the cluster."""
    owner = f"RetentionPolicy {policy.key}"
    return [
        *_rules(owner, policy),
        *usage_policy_findings(owner, policy.spec.usage_policy),
        *_default(owner, policy, others),
    ]


def _rules(owner: str, policy: RetentionPolicy) -> Iterator[Finding]:
    spec = policy.spec
    if not spec.max_retention_period and spec.successful_snapshots is None:
        message = f"{owner}: spec: set maxRetentionPeriod or successfulSnapshots, or both."
        yield Finding("NoRetentionRule", message, "spec")
    if spec.successful_snapshots is not None and not _keeps(spec.successful_snapshots):
        where = "spec.successfulSnapshots"
        message = (
            f"{owner}: {where}: no number is above zero, so that nothing is kept but the newest "
            "Snapshot; if that is meant, set last to 1."
        )
        yield Finding("KeepsNothing", message, where)
    try:
        longest_period(policy)
    except UsageError as error:
        message = f"{owner}: spec.maxRetentionPeriod: {error.message}"
        yield Finding("InvalidPeriod", message, "spec.maxRetentionPeriod")
    for name in ("successful_snapshots", "failed_snapshots"):
        block = getattr(spec, name)
        numbers = block.model_dump(by_alias=True, exclude_none=True) if block else {}
        for field, number in numbers.items():
            if number < 0:
                where = f"spec.{name.split('_')[0]}Snapshots.{field}"
                message = f"{owner}: {where}: {number} is less than nothing."
                yield Finding("InvalidNumber", message, where)


def _keeps(numbers: SuccessfulSnapshots) -> bool:
    return any(getattr(numbers, name) for name in type(numbers).model_fields)


def _default(
    owner: str, policy: RetentionPolicy, others: Sequence[RetentionPolicy]
) -> Iterator[Finding]:
    for other in others:
        is_rival = other.key != policy.key and other.key.namespace == policy.key.namespace
        if policy.spec.default and other.spec.default and is_rival:
            message = (
                f"{owner}: spec.default: {other.key.name} is the default of namespace "
                f"{policy.key.namespace} already. Make one of them not the default."
            )
            yield Finding("TwoDefaults", message, "spec.default")
