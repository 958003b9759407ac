"""One at a time: a Lease per restic repository for whatever must not run twice or beside others.

The holder writes `<pod>/<uid>` into the Lease and removes it when done. A holder that was killed is
replaced once its pod is proven gone; nothing is decided by clocks.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import LEASE, ObjectKey
from ..errors import AlreadyExists, ClusterError, Conflict, Interrupted, NotFound, RepositoryLocked
from ..resolve import labels, names
from .pods import PodRef, is_proven_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ..kube.client import Client, Object
    from .process import Supervisor
    from .surroundings import Surroundings

HOLDER_NAMESPACE = "kubestash.com/holder-namespace"
FORMER_HOLDERS = "kubestash.com/former-holders"
"""Pods, as `namespace/pod/uid` joined by commas, that were killed while they held the Lease."""


class Held(NamedTuple):
    """A Lease that is ours."""

    key: ObjectKey
    former_holders: tuple[PodRef, ...]
    """Pods that are gone and may have left a lock."""


def lease_key(repository: ObjectKey, uid: str, component_path: str) -> ObjectKey:
    """The Lease of a component's restic repository, in the namespace of the Repository."""
    digest = hashlib.sha256(f"{uid}{component_path}".encode()).hexdigest()[:16]
    return ObjectKey(repository.namespace, names.unique(f"restic-{digest}"))


@contextmanager
def exclusively(
    client: Client,
    key: ObjectKey,
    *,
    surroundings: Surroundings,
    supervisor: Supervisor,
    clock: Callable[[], datetime],
) -> Iterator[Held]:
    """Hold the Lease for the time of the block. Raises RepositoryLocked when it stays taken."""
    held = _wait_for(client, key, surroundings, supervisor, clock)
    try:
        yield held
    finally:
        # A Lease that could not be removed is taken over when this pod is gone.
        with suppress(ClusterError):
            _release(client, key, surroundings)


def holders(client: Client, key: ObjectKey) -> tuple[PodRef, ...]:
    """The pod that holds the Lease and those that were killed while they held it; may be none.

    A pod that was killed while it pruned has left restic's exclusive lock, which is in the way of
    backups, too: they do not take the Lease, but have to know whose lock it is.
    """
    try:
        raw = client.find(LEASE, key)
    except ClusterError:
        return ()
    if raw is None:
        return ()
    holder = _holder(raw)
    return (*_former(raw), holder) if holder.uid else _former(raw)


def _wait_for(
    client: Client,
    key: ObjectKey,
    surroundings: Surroundings,
    supervisor: Supervisor,
    clock: Callable[[], datetime],
) -> Held:
    patience = surroundings.patience
    deadline = time.monotonic() + patience.lock
    while True:
        held = _try(client, key, surroundings, clock())
        if isinstance(held, Held):
            return held
        if time.monotonic() >= deadline:
            raise RepositoryLocked(
                f"Lease {key} is still held by pod {held} after {patience.lock:g} s.", exit_code=11
            )
        if supervisor.stop.wait(patience.poll):
            raise Interrupted("Asked to stop while waiting for a Lease.", exit_code=0)


def _try(client: Client, key: ObjectKey, here: Surroundings, now: datetime) -> Held | str:
    """The Lease, or who holds it."""
    raw = client.find(LEASE, key)
    if raw is None:
        try:
            client.create(LEASE, _lease(key, here, now, ()))
        except AlreadyExists:
            return "that was faster"
        return Held(key, ())
    holder, former = _holder(raw), _former(raw)
    if holder.uid == here.pod.uid and holder.name == here.pod.name:
        return Held(key, former)
    if holder.uid and not is_proven_gone(client, holder):
        return f"{holder.namespace}/{holder.name}"
    former = (*former, holder) if holder.uid else former
    try:
        client.patch(
            LEASE,
            key,
            _lease(key, here, now, former),
            resource_version=raw["metadata"]["resourceVersion"],
        )
    except (Conflict, NotFound):
        return "that was faster"
    return Held(key, former)


def _lease(key: ObjectKey, here: Surroundings, now: datetime, former: tuple[PodRef, ...]) -> Object:
    return {
        "apiVersion": LEASE.api_version,
        "kind": LEASE.kind,
        "metadata": {
            "name": key.name,
            "namespace": key.namespace,
            "labels": {labels.MANAGED_BY: labels.MANAGER},
            "annotations": {
                HOLDER_NAMESPACE: here.pod.namespace,
                FORMER_HOLDERS: ",".join("/".join(pod) for pod in former[-10:]),
            },
        },
        "spec": {
            "holderIdentity": f"{here.pod.name}/{here.pod.uid}",
            "acquireTime": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    }


def _holder(raw: Object) -> PodRef:
    identity = str((raw.get("spec") or {}).get("holderIdentity") or "")
    name, _, uid = identity.partition("/")
    annotations = raw["metadata"].get("annotations") or {}
    namespace = annotations.get(HOLDER_NAMESPACE) or raw["metadata"]["namespace"]
    return PodRef(namespace, name, uid)


def _former(raw: Object) -> tuple[PodRef, ...]:
    noted = (raw["metadata"].get("annotations") or {}).get(FORMER_HOLDERS, "")
    parts = [entry.split("/") for entry in noted.split(",") if entry.count("/") == 2]
    return tuple(PodRef(*part) for part in parts)


def _release(client: Client, key: ObjectKey, here: Surroundings) -> None:
    raw = client.find(LEASE, key)
    if raw is not None and _holder(raw).uid == here.pod.uid:
        client.delete(LEASE, key, uid=raw["metadata"]["uid"])
