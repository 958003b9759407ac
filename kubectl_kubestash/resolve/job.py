"""What does a Job of ours look like?

It tries once, it is found by its labels, and a user's settings never take away what the operator
and the runner rely on: labels, environment, the termination message, the restart policy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..api.resources import JOB
from ..errors import UsageError
from . import affinity, container_settings, pod_settings
from .manifest import manifest
from .pod_settings import PodSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from ..api.resources import ObjectKey
    from .manifest import Object

NOBODY: Mapping[str, Any] = {"runAsUser": 65534}
ROOT: Mapping[str, Any] = {"runAsUser": 0, "runAsGroup": 0}

SCRATCH_VOLUME = "kubestash-tmp-volume"
SCRATCH_DIRECTORY = "/kubestash-tmp"


@dataclass(frozen=True, kw_only=True)
class JobPlan:
    """What makes one Job differ from another."""

    key: ObjectKey
    labels: Mapping[str, str]
    service_account: str
    containers: Sequence[Mapping[str, Any]]
    """Run one after the other; the last one is the main container."""

    annotations: Mapping[str, str] = field(default_factory=dict)
    volumes: Sequence[Mapping[str, Any]] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    """Name of a container to the component that it works on."""

    user: Mapping[str, Any] = field(default_factory=lambda: NOBODY)
    """The pod's security context where nobody says otherwise."""

    settings: PodSettings = field(default_factory=PodSettings)
    affinity: Mapping[str, Any] = field(default_factory=dict)
    """Where the pod must run, whatever else is asked for."""

    remaining: timedelta | None = None
    """The time that the Job may take."""


def build(plan: JobPlan) -> Object:
    """The manifest of the Job."""
    asked = plan.settings
    spec: Object = {"backoffLimit": 0}
    if plan.remaining is not None:
        spec["activeDeadlineSeconds"] = max(1, math.ceil(plan.remaining.total_seconds()))
    spec["template"] = {
        "metadata": {
            "labels": {**asked.pod_labels, **plan.labels},
            "annotations": dict(asked.pod_annotations),
        },
        "spec": pod_spec(plan),
    }
    return manifest(
        JOB,
        plan.key,
        labels={**asked.job_labels, **plan.labels},
        annotations={**asked.job_annotations, **plan.annotations},
        spec=spec,
    )


def pod_spec(plan: JobPlan) -> Object:
    """The spec of the Job's pod."""
    asked = dict(plan.settings.pod)
    *first, main = plan.containers
    pod: Object = {
        "securityContext": dict(plan.user),
        "initContainers": [],
        "volumes": unique_by_name(plan.volumes),
    }
    pod = pod_settings.overlaid(pod, asked)
    pod["volumes"] = unique_by_name(pod["volumes"])
    pod["initContainers"] = [
        *pod["initContainers"],
        *(_container(each, plan, is_main=False) for each in first),
    ]
    pod["affinity"] = affinity.both(asked.get("affinity") or {}, plan.affinity)
    pod |= {
        "containers": [_container(main, plan, is_main=True)],
        "restartPolicy": "Never",
        "serviceAccountName": plan.service_account,
    }
    return {name: value for name, value in pod.items() if value not in ([], {})}


def _container(given: Mapping[str, Any], plan: JobPlan, *, is_main: bool) -> Object:
    asked = dict(plan.settings.container)
    if not is_main:
        asked.pop("args", None)
    component = plan.components.get(str(given["name"]), "")
    ours = {"env": container_settings.downward_env(component), **_MESSAGE}
    return container_settings.overlaid(given, asked, ours)


_MESSAGE = {
    "imagePullPolicy": "IfNotPresent",
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}


def unique_by_name(volumes: Sequence[Mapping[str, Any]]) -> list[Object]:
    """Each volume once. Raises UsageError when two different ones have one name."""
    kept: dict[str, Object] = {}
    for volume in volumes:
        name = str(volume.get("name", ""))
        if kept.setdefault(name, dict(volume)) != volume:
            raise UsageError(f"The pod has two different volumes named {name!r}.")
    return list(kept.values())


def scratch_volume() -> Object:
    """A place for temporary files and restic's cache."""
    return {"name": SCRATCH_VOLUME, "emptyDir": {}}


def scratch_mount() -> Object:
    """Where our own Jobs see it."""
    return {"name": SCRATCH_VOLUME, "mountPath": SCRATCH_DIRECTORY}
