"""Which containers has a run, in the order in which they were made?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import POD, ObjectKey
from ..errors import Forbidden
from ..resolve import labels
from ..resolve.names import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..kube.client import Client, Object


class RunContainer(NamedTuple):
    """One container of a Pod of a run."""

    pod: ObjectKey
    name: str
    has_started: bool
    has_ended: bool


def containers(client: Client, session: ObjectKey) -> Iterator[RunContainer]:
    """The containers of the Pods of a BackupSession or RestoreSession, oldest Pod first.

    A run may have Pods in other namespaces, where its target is; who may not list those gets the
    ones in the namespace of the session. Raises Forbidden for who may not list these either.
    """
    pods = _pods(client, session)
    pods.sort(key=lambda pod: pod["metadata"].get("creationTimestamp", ""))
    for pod in pods:
        if pod["metadata"].get("labels", {}).get(labels.INVOKER_NAMESPACE) != session.namespace:
            continue
        key = ObjectKey(pod["metadata"]["namespace"], pod["metadata"]["name"])
        status = pod.get("status", {})
        states = [
            *status.get("initContainerStatuses", ()),
            *status.get("containerStatuses", ()),
        ]
        for entry in states:
            state = entry.get("state", {})
            yield RunContainer(key, entry["name"], "waiting" not in state, "terminated" in state)


def _pods(client: Client, session: ObjectKey) -> list[Object]:
    selector = f"{labels.INVOKER_NAME}={unique(session.name)},{labels.OURS}"
    try:
        return client.list(POD, labels=selector)
    except Forbidden:
        return client.list(POD, session.namespace, labels=selector)
