"""What is one Job's share of a run on a workload?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import pod_settings
from .components import normal_path
from .workload import DAEMON_SET
from .workload_volumes import Selected, left_out, volumes_for, volumes_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.addon_info import AddonTaskInfo
    from .addon_task import ResolvedTask
    from .manifest import Object
    from .pod_settings import PodSettings
    from .workload import Part, Workload

_IDENTITY = ("runAsUser", "runAsGroup")
_CORDONED = {
    "key": "node.kubernetes.io/unschedulable",
    "operator": "Exists",
    "effect": "NoSchedule",
}


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one Job does."""

    tasks: tuple[ResolvedTask, ...]
    components: Mapping[str, str]
    """Name of a container to the component that it works on."""

    suffix: str = ""
    """What the Job's name ends in; empty when there is one Job for all."""

    node: str = ""
    """The node that it must run on; empty when any will do."""

    volumes: tuple[Object, ...] = ()
    """The volumes of the workload that it mounts."""

    mounts: Mapping[str, tuple[Object, ...]] = field(default_factory=dict)
    """Name of a container to where it mounts them."""

    claims: tuple[Object, ...] = ()
    """The claims that have to be made for it."""

    left_out: tuple[str, ...] = ()
    """The volumes with data that it does not mount, each with the reason."""


def share(
    workload: Workload,
    part: Part,
    tasks: Sequence[tuple[ResolvedTask, AddonTaskInfo]],
    *,
    components: Mapping[str, str],
    paths: Mapping[str, Sequence[str]],
) -> Share:
    """The share of a part. `paths` has what each container reads or writes; without it, all.

    Tasks that run once for the whole target mount none of its volumes. Raises UsageError.
    """
    mounts: dict[str, tuple[Object, ...]] = {}
    volumes: dict[str, Object] = {}
    seen: set[str] = set()
    node = part.node if workload.kind == DAEMON_SET else ""
    for task, asked in tasks:
        if task.singleton:
            continue
        name = container_name(task)
        selected = _selected(workload, part, task, asked, paths.get(name, ()))
        mounts[name] = selected.mounts
        volumes |= {str(volume["name"]): volume for volume in selected.volumes}
        seen |= {str(mount["name"]) for mount in task.container.get("volumeMounts", ())}
        node = node or selected.node
    return Share(
        tasks=tuple(task for task, _ in tasks),
        components=components,
        suffix=part.suffix,
        node=node,
        volumes=tuple(volumes.values()),
        mounts=mounts,
        left_out=tuple(left_out(workload, part, {*volumes, *seen})),
    )


def container_name(task: ResolvedTask) -> str:
    """The name of the container that carries out a task."""
    return str(task.container["name"])


def paths_of(task: ResolvedTask) -> tuple[str, ...]:
    """The paths that a backup task is asked for, absolute and each once."""
    given = (part.strip() for part in task.values.get("paths", "").split(","))
    return tuple(dict.fromkeys(normal_path(path) for path in given if path))


def identity(workload: Workload, volumes: Sequence[Mapping[str, Any]]) -> Object:
    """As whom the workload's own pods read these volumes: what a backup needs to read them.

    The group of the volumes becomes one more group of the Job: `fsGroup` itself would change the
    owner of each file (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/).
    """
    spec = workload.pod_spec
    names = {volume["name"] for volume in volumes}
    of_pod = spec.get("securityContext") or {}
    of_container = next(
        (
            container.get("securityContext") or {}
            for container in spec.get("containers") or ()
            if any(mount["name"] in names for mount in container.get("volumeMounts") or ())
        ),
        {},
    )
    both = {**of_pod, **of_container}
    found: Object = {name: both[name] for name in _IDENTITY if both.get(name) is not None}
    groups = [*(of_pod.get("supplementalGroups") or ()), of_pod.get("fsGroup")]
    if wanted := list(dict.fromkeys(group for group in groups if group is not None)):
        found["supplementalGroups"] = wanted
    return {**found, **labels_of(workload)}


def labels_of(workload: Workload) -> Object:
    """The SELinux label of the workload's pods, without which their files cannot be opened."""
    options = (workload.pod_spec.get("securityContext") or {}).get("seLinuxOptions")
    return {"seLinuxOptions": options} if options else {}


def placement(workload: Workload) -> PodSettings:
    """What lets a Job run where the workload's pods do."""
    tolerations = list(workload.pod_spec.get("tolerations") or ())
    if workload.kind == DAEMON_SET:
        tolerations.append(_CORDONED)
    return pod_settings.PodSettings(pod={"tolerations": tolerations} if tolerations else {})


def _selected(
    workload: Workload,
    part: Part,
    task: ResolvedTask,
    asked: AddonTaskInfo,
    paths: Sequence[str],
) -> Selected:
    """Where the session says itself what is mounted where, that holds; else the paths decide."""
    target = asked.target_volumes
    if target is None or not target.volume_mounts:
        return volumes_for(workload, part, paths)
    own = {str(volume["name"]) for volume in task.volumes}
    own |= {str(volume["name"]) for volume in target.volumes}
    names = [str(mount["name"]) for mount in target.volume_mounts]
    return volumes_named(workload, part, [name for name in names if name not in own])
