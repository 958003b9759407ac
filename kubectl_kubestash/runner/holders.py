"""Which pods of ours may have left a lock on a restic repository, and what became of them?

A pod that uses a component's repository is on record before it starts: as the claim of a Snapshot,
as the claim of a RestoreSession, or as the holder of the repository's Lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import RESTORE_SESSION, SNAPSHOT, ObjectKey
from ..errors import ClusterError
from ..resolve import labels, names
from .pods import Fate, PodRef, fate_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..kube.client import Client, Object


class Gone(NamedTuple):
    """Host names that only pods of ours have had, none of which is there."""

    ended: frozenset[str] = frozenset()
    """All of them have ended."""

    absent: frozenset[str] = frozenset()
    """At least one was removed without a word whether it had ended."""


def gone_hosts(
    client: Client,
    repository: ObjectKey,
    component_path: str,
    *,
    hosts: Sequence[str],
    home: str = "",
    former_holders: Iterable[PodRef] = (),
) -> Gone:
    """Of these host names, those of pods of ours that are gone.

    Restores are looked for in `home`, our own namespace, and in that of the Repository: a Job may
    not read others.
    """
    if not hosts:
        return Gone()
    known = [*former_holders, *_of_snapshots(client, repository, component_path)]
    for namespace in sorted({repository.namespace, home} - {""}):
        known += _of_restores(client, namespace)
    fates = {host: _fates(client, host, known) for host in hosts}
    return Gone(
        frozenset(host for host, found in fates.items() if found == {Fate.ENDED}),
        frozenset(
            host
            for host, found in fates.items()
            if Fate.ABSENT in found and Fate.UNKNOWN not in found
        ),
    )


def _fates(client: Client, host: str, known: Sequence[PodRef]) -> set[Fate]:
    return {fate_of(client, pod) for pod in {pod for pod in known if pod.name == host and pod.uid}}


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
