"""Settings of the pods and containers that are run for an object."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .embedded import (
    Affinity,
    EnvFromSource,
    EnvVar,
    Lifecycle,
    LocalObjectReference,
    PodReadinessGate,
    PodSecurityContext,
    Probe,
    ResourceRequirements,
    SecurityContext,
    Toleration,
    TopologySpreadConstraints,
)
from .markers import Int32
from .meta import KubeModel


class NiceSettings(KubeModel):
    """CPU scheduling priority of the tool, as nice(1) sets it."""

    adjustment: Int32 | None = None
    """From -20 (most favourable) to 19 (least favourable)."""


class IoniceSettings(KubeModel):
    """I/O scheduling of the tool, as ionice(1) sets it."""

    class_: Annotated[Int32 | None, Field(alias="class")] = None
    """0 none, 1 real time, 2 best effort, 3 idle."""

    class_data: Int32 | None = None
    """Priority within the classes 1 and 2, from 0 (highest) to 7 (lowest)."""


class ContainerRuntimeSettings(KubeModel):
    """Settings of a container."""

    resources: ResourceRequirements | None = None
    """CPU, memory and other resources that the container requests and may use."""

    liveness_probe: Probe | None = None
    """Tells whether the container is alive; it is restarted when not."""

    readiness_probe: Probe | None = None
    """Tells whether the container is ready to serve."""

    lifecycle: Lifecycle | None = None
    """Actions after the container starts and before it stops."""

    security_context: SecurityContext | None = None
    """User, capabilities and other security settings of the container."""

    nice: NiceSettings | None = None
    """CPU scheduling priority of the tool that moves the data."""

    ionice: IoniceSettings | None = None
    """I/O scheduling class and priority of the tool that moves the data."""

    env: tuple[EnvVar, ...] = ()
    """Environment variables to set in the container."""

    env_from: tuple[EnvFromSource, ...] = ()
    """ConfigMaps and Secrets whose keys become environment variables."""


class PodRuntimeSettings(KubeModel):
    """Settings of a pod."""

    pod_labels: dict[str, str] = Field(default_factory=dict)
    """Labels to add to the pod."""

    pod_annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations to add to the pod."""

    service_account_name: str = ""
    """ServiceAccount to run the pod as; one is made for the Job when empty."""

    service_account_annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations to add to the ServiceAccount that is made for the Job, such as the cloud role
    it stands for."""

    automount_service_account_token: bool | None = Field(default=None)
    """Whether the token of the ServiceAccount is mounted."""

    node_selector: dict[str, str] = Field(default_factory=dict)
    """Labels that a node must have to run the pod."""

    node_name: str = ""
    """The node to run the pod on."""

    security_context: PodSecurityContext | None = None
    """Security settings of the pod as a whole."""

    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    """Secrets to pull the images with."""

    affinity: Affinity | None = None
    """Rules about the nodes to prefer or to avoid."""

    scheduler_name: str = ""
    """The scheduler to use; empty means the cluster's default."""

    tolerations: tuple[Toleration, ...] = ()
    """Taints of nodes that the pod puts up with."""

    priority_class_name: str = ""
    """PriorityClass of the pod."""

    priority: Int32 | None = None
    """Priority of the pod as a number; normally set from its PriorityClass."""

    readiness_gates: tuple[PodReadinessGate, ...] = ()
    """Conditions that must be true before the pod counts as ready."""

    runtime_class_name: str | None = None
    """RuntimeClass to run the pod with."""

    enable_service_links: bool | None = None
    """Whether the Services of the namespace appear as environment variables."""

    topology_spread_constraints: TopologySpreadConstraints = ()
    """How pods spread over nodes and zones."""


class RuntimeSettings(KubeModel):
    """Settings of the pods that are run for an object."""

    pod: PodRuntimeSettings | None = None
    """Settings of the pod."""

    container: ContainerRuntimeSettings | None = None
    """Settings of its container."""
