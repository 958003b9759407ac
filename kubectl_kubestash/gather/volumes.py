"""Where are the volumes of a Job in use just now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import PERSISTENT_VOLUME_CLAIM, POD, ObjectKey
from ..resolve.volume_affinity import ClaimUse

if TYPE_CHECKING:
    from collections.abc import Collection

    from .reader import Reader


def claim_uses(reader: Reader, namespace: str, claims: Collection[str]) -> list[ClaimUse]:
    """For each of these claims, how it can be mounted and which Pods mount it.

    Pods are read only when one of the claims cannot be mounted on several nodes.
    """
    found = [
        (name, reader.find(PERSISTENT_VOLUME_CLAIM, ObjectKey(namespace, name)))
        for name in sorted(claims)
    ]
    uses = [ClaimUse.of(name, claim, ()) for name, claim in found]
    if not any(use.is_bound_to_one_node for use in uses):
        return uses
    pods = reader.list(POD, namespace)
    return [ClaimUse.of(name, claim, pods) for name, claim in found]
