"""The logs of a run: every container of its Pods, in the order in which they ran."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import ObjectKey
from ..errors import ClusterError, NotFound
from ..gather.run_containers import containers
from . import diagnostics

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..gather.run_containers import RunContainer
    from ..kube.client import Object
    from .settings import Settings

_PAUSE = 1.0


class Wanted(NamedTuple):
    """Which lines."""

    follow: bool = False
    tail: int | None = None
    container: str = ""
    timestamps: bool = False


def show(settings: Settings, resource: Resource, session: Object, wanted: Wanted) -> None:
    """Print the logs of this BackupSession or RestoreSession. Raises NotFound without Pods."""
    key = ObjectKey(session["metadata"]["namespace"], session["metadata"]["name"])
    printed: set[tuple[ObjectKey, str]] = set()
    while True:
        has_ended = _is_final(settings, resource, key)
        for container in containers(settings.client, key):
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


def _print(settings: Settings, container: RunContainer, wanted: Wanted) -> None:
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


def _is_final(settings: Settings, resource: Resource, key: ObjectKey) -> bool:
    from ..views.run import is_final  # noqa: PLC0415 - not for --help

    item = settings.client.find(resource, key)
    return item is None or is_final(item)
