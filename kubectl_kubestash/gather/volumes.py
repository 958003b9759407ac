"""Where are the volumes of a Job in use just now?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..api.resources import PERSISTENT_VOLUME_CLAIM, POD, ObjectKey
from ..resolve.volume_affinity import ClaimUse

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..api.resources import Resource
    from ..kube.client import Object

_ALIVE = "status.phase!=Succeeded,status.phase!=Failed"
"""Most Pods of a namespace with many backups have ended, and use nothing any more."""


class Selecting(Protocol):
    """What of `kube.client.Client` is needed here."""

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it is not there."""

    def list(self, resource: Resource, namespace: str = "", *, fields: str = "") -> list[Object]:
        """The objects of a namespace whose fields are like that."""


def claim_uses(client: Selecting, namespace: str, claims: Collection[str]) -> list[ClaimUse]:
    """For each of these claims, how it can be mounted and which Pods mount it.

    Pods are read only when one of the claims cannot be mounted on several nodes.
    """
    found = [
        (name, client.find(PERSISTENT_VOLUME_CLAIM, ObjectKey(namespace, name)))
        for name in sorted(claims)
    ]
    uses = [ClaimUse.of(name, claim, ()) for name, claim in found]
    if not any(use.is_bound_to_one_node for use in uses):
        return uses
    pods = client.list(POD, namespace, fields=_ALIVE)
    return [ClaimUse.of(name, claim, pods) for name, claim in found]
