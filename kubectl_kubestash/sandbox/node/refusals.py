"""Which pods does the sandbox not run, whatever happens? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .bubblewrap import CAPABILITIES
from .volumes import outside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ...kube.client import Object

_VOLUMES = frozenset(
    (
        *("configMap", "downwardAPI", "emptyDir", "hostPath", "persistentVolumeClaim"),
        *("projected", "secret"),
    )
)


def refusal(pod: Object, root: Path) -> str:
    """Why this pod is not run, as one sentence; empty when nothing stands against it."""
    return "; ".join(_reasons(pod["spec"], root))


def _reasons(spec: Mapping[str, Any], root: Path) -> Iterator[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield f"{name} is not available in the sandbox"
    for volume in spec.get("volumes") or ():
        kind = next((each for each in volume if each != "name"), "emptyDir")
        if kind not in _VOLUMES:
            yield f"volume {volume['name']}: {kind} is not available in the sandbox"
        elif kind == "hostPath" and outside(volume[kind].get("path") or "/", root):
            where = f"hostPath may only point below {root / 'host'}"
            yield f"volume {volume['name']}: {where}, not at {volume[kind].get('path')}"
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy"):
            yield f"container {container['name']}: there are no sidecar containers in the sandbox"
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        for reason in _of_container(container):
            yield f"container {container['name']}: {reason} in the sandbox"


def _of_container(container: Mapping[str, Any]) -> Iterator[str]:
    context = container.get("securityContext") or {}
    if context.get("privileged"):
        yield "privileged is not available"
    added = {
        each.removeprefix("CAP_") for each in (context.get("capabilities") or {}).get("add") or ()
    }
    if more := sorted(added - CAPABILITIES):
        yield f"the capabilities {', '.join(more)} are not available"
    limits = (container.get("resources") or {}).get("limits") or {}
    if container.get("volumeDevices") or any("/" in name for name in limits):
        yield "devices are not available"
