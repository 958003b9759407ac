"""Which pods of ours may have left a lock on a restic repository, and are they gone?

A pod that uses a component's repository is on record before it starts: as the claim of a Snapshot,
as the claim of a RestoreSession, or as the holder of the repository's Lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import RESTORE_SESSION, SNAPSHOT, ObjectKey
from ..errors import ClusterError
from ..resolve import labels, names
from .pods import PodRef, is_proven_gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..kube.client import Client, Object


def gone_hosts(
    client: Client,
    repository: ObjectKey,
    component_path: str,
    *,
    hosts: Sequence[str],
    former_holders: Iterable[PodRef] = (),
) -> frozenset[str]:
    """Of these host names, those that only pods of ours have had, all of them proven gone."""
    if not hosts:
        return frozenset()
    known = [*former_holders, *_on_record(client, repository, component_path)]
    return frozenset(host for host in hosts if _all_gone(client, host, known))


def _all_gone(client: Client, host: str, known: Sequence[PodRef]) -> bool:
    pods = {pod for pod in known if pod.name == host and pod.uid}
    return bool(pods) and all(is_proven_gone(client, pod) for pod in pods)


def _on_record(client: Client, repository: ObjectKey, component_path: str) -> list[PodRef]:
    selector = f"{labels.REPOSITORY_NAME}={names.unique(repository.name)}"
    found: list[PodRef] = []
    try:
        for snapshot in client.list(SNAPSHOT, repository.namespace, labels=selector):
            found += _claims(snapshot, component_path)
    except ClusterError:
        return []
    try:
        # Restores run where their target is.
        for session in client.list(RESTORE_SESSION):
            found += _claims(session)
    except ClusterError:
        return found
    return found


def _claims(raw: Object, component_path: str = "") -> list[PodRef]:
    parts = ((raw.get("status") or {}).get("components") or {}).values()
    return [
        PodRef(raw["metadata"]["namespace"], str(held.get("pod", "")), str(held.get("uid", "")))
        for part in parts
        if (held := part.get("claim")) and part.get("path", component_path) == component_path
    ]
