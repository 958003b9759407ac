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
    home: str = "",
    former_holders: Iterable[PodRef] = (),
) -> frozenset[str]:
    """Of these host names, those that only pods of ours have had, all of them proven gone.

    Restores are looked for in `home`, our own namespace, and in that of the Repository: a Job may
    not read others.
    """
    if not hosts:
        return frozenset()
    known = [*former_holders, *_of_snapshots(client, repository, component_path)]
    for namespace in sorted({repository.namespace, home} - {""}):
        known += _of_restores(client, namespace)
    return frozenset(host for host in hosts if _all_gone(client, host, known))


def _all_gone(client: Client, host: str, known: Sequence[PodRef]) -> bool:
    pods = {pod for pod in known if pod.name == host and pod.uid}
    return bool(pods) and all(is_proven_gone(client, pod) for pod in pods)


def _of_snapshots(client: Client, repository: ObjectKey, component_path: str) -> list[PodRef]:
    selector = f"{labels.REPOSITORY_NAME}={names.unique(repository.name)}"
    try:
        snapshots = client.list(SNAPSHOT, repository.namespace, labels=selector)
    except ClusterError:
        return []
    return [pod for raw in snapshots for pod in _claims(raw, component_path)]


def _of_restores(client: Client, namespace: str) -> list[PodRef]:
    try:
        sessions = client.list(RESTORE_SESSION, namespace)
    except ClusterError:
        return []
    return [pod for raw in sessions for pod in _claims(raw)]


def _claims(raw: Object, component_path: str | None = None) -> list[PodRef]:
    parts = ((raw.get("status") or {}).get("components") or {}).values()
    return [
        PodRef(raw["metadata"]["namespace"], str(held.get("pod", "")), str(held.get("uid", "")))
        for part in parts
        if (held := part.get("claim")) and component_path in {None, part.get("path")}
    ]
