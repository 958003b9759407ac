"""Which volumes of a workload does a Job mount, and what does it leave out?

A Job mounts what the wanted paths lie in, where the workload mounts it. What lives and dies with a
pod cannot be reached from another one (https://kubernetes.io/docs/concepts/storage/volumes/).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .manifest import Object
    from .workload import Part, Workload

_WITH_ITS_POD = {"emptyDir", "ephemeral", "csi", "gitRepo"}
_NO_DATA = {"configMap", "secret", "downwardAPI", "projected", "image"}
_OF_A_NODE = "hostPath"
_KEPT = ("name", "mountPath", "subPath")


@dataclass(frozen=True)
class Selected:
    """What a Job mounts of a workload."""

    mounts: tuple[Object, ...]
    volumes: tuple[Object, ...]
    node: str = ""
    """The node that one of the volumes is on; empty when it may run anywhere."""


def volumes_for(workload: Workload, part: Part, paths: Sequence[str]) -> Selected:
    """What is mounted for these absolute paths; without paths, all that can be reached.

    Raises UsageError for a path that no volume holds, or none that a Job can reach.
    """
    mounts = mounts_of(workload)
    chosen: list[Mapping[str, Any]]
    if not paths:
        chosen = [mount for mount in mounts if not _why_not(workload, part, mount)]
    else:
        chosen = [mount for path in paths for mount in _holding(workload, part, mounts, path)]
    return _selected(workload, part, chosen)


def volumes_named(workload: Workload, part: Part, names: Iterable[str]) -> Selected:
    """The workload's volumes of these names; where they are mounted is said elsewhere.

    Raises UsageError for a name that it does not have.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in part.volumes:
            there = ", ".join(part.volumes) or "none"
            raise UsageError(f"{workload.subject} has no volume {name!r}; it has {there}.")
        if why := _why_not(workload, part, {"name": name}):
            raise UsageError(f"Volume {name!r} of {workload.subject} cannot be mounted: {why}.")
    found = _selected(workload, part, [{"name": name, "mountPath": ""} for name in wanted])
    return Selected((), found.volumes, found.node)


def left_out(workload: Workload, part: Part, mounted: Iterable[str]) -> list[str]:
    """The volumes with data that are not among the mounted ones, each with the reason."""
    taken = set(mounted)
    found = {}
    for mount in mounts_of(workload):
        name = str(mount["name"])
        kind = _kind(part.volumes.get(name) or {})
        if name in taken or kind in _NO_DATA:
            continue
        why = _why_not(workload, part, mount) or "none of the paths is in it"
        found[name] = f"{name} ({kind} at {mount['mountPath']}: {why})"
    return list(found.values())


def mounts_of(workload: Workload) -> list[Object]:
    """All mounts of the workload's containers, each once."""
    spec = workload.pod_spec
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    found: dict[str, Object] = {}
    for container in containers:
        for mount in container.get("volumeMounts") or ():
            entry = {**mount, "mountPath": posixpath.normpath(mount["mountPath"])}
            found.setdefault(f"{entry['mountPath']}\0{entry['name']}", entry)
    return list(found.values())


def _holding(
    workload: Workload, part: Part, mounts: Sequence[Object], path: str
) -> list[Mapping[str, Any]]:
    """The mount that the path lies in, and those inside the path that can be reached."""
    around = [mount for mount in mounts if _is_below(path, mount["mountPath"])]
    if not around:
        there = ", ".join(dict.fromkeys(str(mount["mountPath"]) for mount in mounts)) or "nothing"
        raise UsageError(
            f"Path {path} is in no volume of {workload.subject}, which mounts {there}."
        )
    deepest = max(len(mount["mountPath"]) for mount in around)
    holders = [mount for mount in around if len(mount["mountPath"]) == deepest]
    if len({(mount["name"], mount.get("subPath")) for mount in holders}) > 1:
        names = " and ".join(str(mount["name"]) for mount in holders)
        raise UsageError(
            f"Path {path} of {workload.subject} is in the volumes {names}, each in another "
            "container: name one in targetVolumes.volumeMounts."
        )
    if why := _why_not(workload, part, holders[0]):
        raise UsageError(
            f"Path {path} of {workload.subject} is in volume {holders[0]['name']!r}, which no Job "
            f"can mount: {why}."
        )
    inside = [
        mount
        for mount in mounts
        if mount["mountPath"] != path
        and _is_below(mount["mountPath"], path)
        and not _why_not(workload, part, mount)
    ]
    return [holders[0], *inside]


def _why_not(workload: Workload, part: Part, mount: Mapping[str, Any]) -> str:
    """Why a Job cannot mount this; empty when it can."""
    volume = part.volumes.get(str(mount["name"]))
    if volume is None:
        return "there is no such volume"
    kind = _kind(volume)
    if kind in _WITH_ITS_POD:
        return f"{kind} lives and dies with its pod"
    if kind in _NO_DATA:
        return f"{kind} is not data, but an object of its own"
    if mount.get("subPathExpr"):
        return "its subPathExpr is not supported yet"
    if kind == _OF_A_NODE and not part.node:
        nodes = ", ".join(workload.nodes)
        return f"hostPath is on each node another, and its pods are on {nodes or 'none'}"
    return ""


def _selected(workload: Workload, part: Part, chosen: Iterable[Mapping[str, Any]]) -> Selected:
    mounts: dict[str, Object] = {}
    volumes: dict[str, Object] = {}
    for mount in chosen:
        volume = dict(part.volumes[str(mount["name"])])
        volumes[str(mount["name"])] = volume
        kept = {name: mount[name] for name in _KEPT if mount.get(name)}
        mounts.setdefault(str(mount["mountPath"]), kept)
    # A DaemonSet's part is its node, whatever the volumes are.
    bound = workload.kind == "DaemonSet" or any(_OF_A_NODE in each for each in volumes.values())
    return Selected(tuple(mounts.values()), tuple(volumes.values()), part.node if bound else "")


def _kind(volume: Mapping[str, Any]) -> str:
    return next((name for name in volume if name != "name"), "emptyDir")


def _is_below(path: str, root: str) -> bool:
    return root in {"/", path} or path.startswith(f"{root}/")
