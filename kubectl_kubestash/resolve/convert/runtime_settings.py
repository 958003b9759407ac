"""How do the pods run? Settings of Stash's pods, as fields of KubeStash's Job template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reading import Reading

_SAME = (
    *("nodeSelector", "securityContext", "imagePullSecrets", "affinity", "schedulerName"),
    *("tolerations", "priorityClassName", "priority", "runtimeClassName", "enableServiceLinks"),
    "topologySpreadConstraints",
)


def addon_settings(reading: Reading) -> dict[str, Any]:
    """`containerRuntimeSettings` and `jobTemplate` of an addon."""
    found: dict[str, Any] = {}
    if container := reading.take("runtimeSettings.container"):
        found["containerRuntimeSettings"] = container
    if template := _template(reading.at("runtimeSettings.pod")):
        found["jobTemplate"] = template
    return found


def _template(pod: Reading) -> dict[str, Any]:
    metadata = pod.taken(labels="podLabels", annotations="podAnnotations")
    spec = pod.taken(
        serviceAccountName="serviceAccountName", **dict(zip(_SAME, _SAME, strict=True))
    )
    pod.lose("serviceAccountAnnotations", "annotate the ServiceAccount that the Jobs use yourself")
    pod.lose("automountServiceAccountToken", "the Jobs need the token of their ServiceAccount")
    pod.lose("nodeName", "use nodeSelector with kubernetes.io/hostname instead")
    pod.lose("readinessGates", "a Job has no use for them")
    return {name: value for name, value in (("metadata", metadata), ("spec", spec)) if value}
