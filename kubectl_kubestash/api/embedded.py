"""Kubernetes' own types inside our kinds: plain mappings in memory, with the name of their schema.

The definitions are kept in `kubernetes.json`, taken from a real API server. What their fields mean
is told by https://kubernetes.io/docs/reference/kubernetes-api/, and by `kubectl explain` of the
second name.
"""

from __future__ import annotations

from typing import Annotated

from .markers import Embedded, MergedBy
from .meta import JsonObject

_CORE = "io.k8s.api.core.v1."
_POD = "pod.spec."
_CONTAINER = "pod.spec.containers."

Affinity = Annotated[JsonObject, Embedded(_CORE + "Affinity", _POD + "affinity")]
Container = Annotated[JsonObject, Embedded(_CORE + "Container", _POD + "initContainers")]
ContainerPort = Annotated[JsonObject, Embedded(_CORE + "ContainerPort", _CONTAINER + "ports")]
EnvFromSource = Annotated[JsonObject, Embedded(_CORE + "EnvFromSource", _CONTAINER + "envFrom")]
EnvVar = Annotated[JsonObject, Embedded(_CORE + "EnvVar", _CONTAINER + "env")]
Lifecycle = Annotated[JsonObject, Embedded(_CORE + "Lifecycle", _CONTAINER + "lifecycle")]
LocalObjectReference = Annotated[
    JsonObject, Embedded(_CORE + "LocalObjectReference", _POD + "imagePullSecrets")
]
PersistentVolumeClaimSpec = Annotated[
    JsonObject, Embedded(_CORE + "PersistentVolumeClaimSpec", "persistentvolumeclaim.spec")
]
PersistentVolumeClaimStatus = Annotated[
    JsonObject, Embedded(_CORE + "PersistentVolumeClaimStatus", "persistentvolumeclaim.status")
]
PodDnsConfig = Annotated[JsonObject, Embedded(_CORE + "PodDNSConfig", _POD + "dnsConfig")]
PodReadinessGate = Annotated[
    JsonObject, Embedded(_CORE + "PodReadinessGate", _POD + "readinessGates")
]
PodSecurityContext = Annotated[
    JsonObject, Embedded(_CORE + "PodSecurityContext", _POD + "securityContext")
]
Probe = Annotated[JsonObject, Embedded(_CORE + "Probe", _CONTAINER + "livenessProbe")]
ResourceRequirements = Annotated[
    JsonObject, Embedded(_CORE + "ResourceRequirements", _CONTAINER + "resources")
]
SecurityContext = Annotated[
    JsonObject, Embedded(_CORE + "SecurityContext", _CONTAINER + "securityContext")
]
Toleration = Annotated[JsonObject, Embedded(_CORE + "Toleration", _POD + "tolerations")]
TopologySpreadConstraint = Annotated[
    JsonObject, Embedded(_CORE + "TopologySpreadConstraint", _POD + "topologySpreadConstraints")
]
TopologySpreadConstraints = Annotated[
    tuple[TopologySpreadConstraint, ...], MergedBy(("topologyKey", "whenUnsatisfiable"))
]
"""Merged by server-side apply as in a pod."""

Volume = Annotated[JsonObject, Embedded(_CORE + "Volume", _POD + "volumes")]
VolumeDevice = Annotated[JsonObject, Embedded(_CORE + "VolumeDevice", _CONTAINER + "volumeDevices")]
VolumeMount = Annotated[JsonObject, Embedded(_CORE + "VolumeMount", _CONTAINER + "volumeMounts")]
LabelSelector = Annotated[
    JsonObject,
    Embedded("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector", "deployment.spec.selector"),
]

VOLUME = _CORE + "Volume"
"""Its fields but for the name are what Kubernetes calls a VolumeSource."""
