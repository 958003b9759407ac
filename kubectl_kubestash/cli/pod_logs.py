"""The logs of a run: every container of its Pods, in the order in which they ran."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import POD, ObjectKey
from ..errors import ClusterError, NotFound
from ..resolve import labels
from ..resolve.names import unique
from . import diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api.resources import Resource
    from ..kube.client import Object
    from .settings import Settings

_PAUSE = 1.0


class Wanted(NamedTuple):
    """Which lines."""

    follow: bool = False
    tail: int | None = None
    container: str = ""
    timestamps: bool = False


class _Container(NamedTuple):
    pod: ObjectKey
    name: str
    has_started: bool
    has_ended: bool


def show(settings: Settings, resource: Resource, session: Object, wanted: Wanted) -> None:
    """Print the logs of this BackupSession or RestoreSession. Raises NotFound without Pods."""
    key = ObjectKey(session["metadata"]["namespace"], session["metadata"]["name"])
    printed: set[tuple[ObjectKey, str]] = set()
    while True:
        has_ended = _is_final(settings, resource, key)
        for container in _containers(settings, key):
            identity = (container.pod, container.name)
            fits = wanted.container in {"", container.name}
            if fits and container.has_started and identity not in printed:
                _print(settings, container, wanted)
                printed.add(identity)
        if has_ended or not wanted.follow:
            break
        time.sleep(_PAUSE)
    if not printed:
        raise NotFound(
            f"{resource.singular} {key} has no Pod with a log: it has not started one yet, or the "
            "Pods are gone",
            f"kubectl kubestash describe {resource.singular} {key.name} -n {key.namespace}",
        )


def _print(settings: Settings, container: _Container, wanted: Wanted) -> None:
    diagnostics.note(f"==> {container.pod.name}/{container.name} <==", quiet=settings.quiet)
    stream = settings.client.logs(
        container.pod,
        container=container.name,
        follow=wanted.follow,
        tail=wanted.tail,
        timestamps=wanted.timestamps,
    )
    try:
        for line in stream:
            sys.stdout.write(line.decode(errors="replace"))
            if wanted.follow:
                sys.stdout.flush()
    except ClusterError as error:
        diagnostics.warn(f"the log of {container.pod}/{container.name} ends here: {error.message}")


def _containers(settings: Settings, session: ObjectKey) -> Iterator[_Container]:
    selector = f"{labels.INVOKER_NAME}={unique(session.name)}"
    pods = settings.client.list(POD, labels=f"{selector},{labels.OURS}")
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
            yield _Container(key, entry["name"], "waiting" not in state, "terminated" in state)


def _is_final(settings: Settings, resource: Resource, key: ObjectKey) -> bool:
    from ..views import backup_session, restore_session  # noqa: PLC0415 - not for --help

    item = settings.client.find(resource, key)
    if item is None:
        return True
    is_backup = resource.kind == "BackupSession"
    return backup_session.is_final(item) if is_backup else restore_session.is_final(item)
