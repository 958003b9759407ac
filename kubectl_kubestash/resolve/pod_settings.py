"""What does the pod of a Job look like once everybody has had a say?

A storage has runtimeSettings, a session a template of its Job. Who comes later wins, field by
field; labels, annotations, node labels and the security context are merged key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import container_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.pod_template import PodTemplate
    from ..api.runtime_settings import RuntimeSettings
    from .manifest import Object

_NOT_OF_THE_POD = frozenset(
    {"podLabels", "podAnnotations", "serviceAccountAnnotations", "podPlacementPolicy"}
    | {"args", "env", "resources", "livenessProbe", "readinessProbe", "lifecycle"}
    | {"containerSecurityContext", "volumeMounts"}
)
_MERGED = ("securityContext", "nodeSelector")
_JOINED = ("initContainers", "volumes", "tolerations", "imagePullSecrets")


@dataclass(frozen=True, kw_only=True)
class PodSettings:
    """What is asked of a Job, its pod, and its main container."""

    job_labels: Mapping[str, str] = field(default_factory=dict)
    job_annotations: Mapping[str, str] = field(default_factory=dict)
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    pod_annotations: Mapping[str, str] = field(default_factory=dict)
    pod: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the pod's spec."""

    container: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the main container."""

    @property
    def service_account(self) -> str:
        """The ServiceAccount asked for; empty when one is to be made."""
        return str(self.pod.get("serviceAccountName") or "")


def of_template(template: PodTemplate | None) -> PodSettings:
    """What a Job's template asks for."""
    if template is None:
        return PodSettings()
    of_pod, of_job = template.metadata, template.controller
    given = (
        template.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if template.spec
        else {}
    )
    return PodSettings(
        job_labels=of_job.labels if of_job else {},
        job_annotations=of_job.annotations if of_job else {},
        pod_labels=of_pod.labels if of_pod else {},
        pod_annotations=of_pod.annotations if of_pod else {},
        pod=_of_the_pod(given),
        container=container_settings.of_template(template.spec),
    )


def of_runtime_settings(settings: RuntimeSettings | None) -> PodSettings:
    """What a storage's runtimeSettings ask for."""
    if settings is None:
        return PodSettings()
    pod = settings.pod
    given = pod.model_dump(mode="json", by_alias=True, exclude_unset=True) if pod else {}
    return PodSettings(
        pod_labels=pod.pod_labels if pod else {},
        pod_annotations=pod.pod_annotations if pod else {},
        pod=_of_the_pod(given),
        container=container_settings.of_runtime_settings(settings.container),
    )


def merged(layers: Sequence[PodSettings]) -> PodSettings:
    """All of these together, the last one uppermost."""
    result = PodSettings()
    for layer in layers:
        result = PodSettings(
            job_labels={**result.job_labels, **layer.job_labels},
            job_annotations={**result.job_annotations, **layer.job_annotations},
            pod_labels={**result.pod_labels, **layer.pod_labels},
            pod_annotations={**result.pod_annotations, **layer.pod_annotations},
            pod=overlaid(result.pod, layer.pod),
            container=container_settings.overlaid(result.container, layer.container),
        )
    return result


def overlaid(pod: Mapping[str, Any], layer: Mapping[str, Any]) -> Object:
    """The fields of a pod's spec with these on top."""
    result: Object = dict(pod)
    for name, value in layer.items():
        if name in _MERGED:
            result[name] = {**result.get(name, {}), **value}
        elif name in _JOINED:
            before = result.get(name, [])
            result[name] = [*before, *(entry for entry in value if entry not in before)]
        else:
            result[name] = value
    return result


def _of_the_pod(given: Mapping[str, Any]) -> Object:
    return {name: value for name, value in given.items() if name not in _NOT_OF_THE_POD}
