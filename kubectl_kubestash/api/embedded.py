"""Kubernetes' own types inside our kinds: plain mappings in memory, with the name of their schema.

What the fields mean is in https://kubernetes.io/docs/reference/kubernetes-api/. The definitions are
kept in `kubernetes.json`, taken from a real API server.
"""

from __future__ import annotations

from typing import Annotated

from .markers import Embedded
from .meta import JsonObject

_CORE = "io.k8s.api.core.v1."

Affinity = Annotated[JsonObject, Embedded(_CORE + "Affinity")]
Container = Annotated[JsonObject, Embedded(_CORE + "Container")]
ContainerPort = Annotated[JsonObject, Embedded(_CORE + "ContainerPort")]
EnvFromSource = Annotated[JsonObject, Embedded(_CORE + "EnvFromSource")]
EnvVar = Annotated[JsonObject, Embedded(_CORE + "EnvVar")]
Lifecycle = Annotated[JsonObject, Embedded(_CORE + "Lifecycle")]
LocalObjectReference = Annotated[JsonObject, Embedded(_CORE + "LocalObjectReference")]
PersistentVolumeClaimSpec = Annotated[JsonObject, Embedded(_CORE + "PersistentVolumeClaimSpec")]
PersistentVolumeClaimStatus = Annotated[JsonObject, Embedded(_CORE + "PersistentVolumeClaimStatus")]
PodDnsConfig = Annotated[JsonObject, Embedded(_CORE + "PodDNSConfig")]
PodReadinessGate = Annotated[JsonObject, Embedded(_CORE + "PodReadinessGate")]
PodSecurityContext = Annotated[JsonObject, Embedded(_CORE + "PodSecurityContext")]
Probe = Annotated[JsonObject, Embedded(_CORE + "Probe")]
ResourceRequirements = Annotated[JsonObject, Embedded(_CORE + "ResourceRequirements")]
SecurityContext = Annotated[JsonObject, Embedded(_CORE + "SecurityContext")]
Toleration = Annotated[JsonObject, Embedded(_CORE + "Toleration")]
TopologySpreadConstraint = Annotated[JsonObject, Embedded(_CORE + "TopologySpreadConstraint")]
Volume = Annotated[JsonObject, Embedded(_CORE + "Volume")]
VolumeDevice = Annotated[JsonObject, Embedded(_CORE + "VolumeDevice")]
VolumeMount = Annotated[JsonObject, Embedded(_CORE + "VolumeMount")]
LabelSelector = Annotated[
    JsonObject, Embedded("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector")
]

VOLUME = _CORE + "Volume"
"""Its fields but for the name are what Kubernetes calls a VolumeSource."""
