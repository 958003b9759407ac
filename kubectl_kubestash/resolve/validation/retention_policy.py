"""May this RetentionPolicy be used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...api.storage.retention_policy import RetentionPolicy
    from ..findings import Finding


def policy_findings(policy: RetentionPolicy, others: Sequence[RetentionPolicy]) -> list[Finding]:
    """Everything that is wrong with this policy, seen beside the others of the cluster."""
    raise NotImplementedError
