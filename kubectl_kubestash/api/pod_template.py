"""The template of a Job's pod: pod settings, and settings of its main container, in one."""

from __future__ import annotations

from pydantic import Field

from .embedded import (
    Affinity,
    Container,
    EnvVar,
    Lifecycle,
    LocalObjectReference,
    PodDnsConfig,
    PodSecurityContext,
    Probe,
    ResourceRequirements,
    SecurityContext,
    Toleration,
    TopologySpreadConstraints,
    Volume,
    VolumeMount,
)
from .markers import Int32, Int64
from .meta import KubeModel


class TemplateMetadata(KubeModel):
    """Labels and annotations to add to what is made from a template."""

    labels: dict[str, str] = Field(default_factory=dict)
    """Labels to add."""

    annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations to add."""


class PodPlacementPolicyReference(KubeModel):
    """A PodPlacementPolicy."""

    name: str = ""
    """Name of the PodPlacementPolicy."""


class PodTemplateSpecification(KubeModel):
    """What the pod and its main container are like."""

    service_account_name: str = ""
    """ServiceAccount to run the pod as; one is made for the Job when empty."""

    node_selector: dict[str, str] = Field(default_factory=dict)
    """Labels that a node must have to run the pod."""

    affinity: Affinity | None = None
    """Rules about the nodes to prefer or to avoid."""

    tolerations: tuple[Toleration, ...] = ()
    """Taints of nodes that the pod puts up with."""

    topology_spread_constraints: TopologySpreadConstraints = ()
    """How pods spread over nodes and zones."""

    pod_placement_policy: PodPlacementPolicyReference | None = None
    """A PodPlacementPolicy that decides about affinity and spread."""

    scheduler_name: str = ""
    """The scheduler to use; empty means the cluster's default."""

    priority_class_name: str = ""
    """PriorityClass of the pod."""

    priority: Int32 | None = None
    """Priority of the pod as a number; normally set from its PriorityClass."""

    runtime_class_name: str | None = None
    """RuntimeClass to run the pod with."""

    dns_policy: str = ""
    """How names are resolved: ClusterFirst, ClusterFirstWithHostNet, Default or None."""

    dns_config: PodDnsConfig | None = None
    """Name servers, search domains and options beyond those of the policy."""

    enable_service_links: bool | None = None
    """Whether the Services of the namespace appear as environment variables."""

    host_network: bool = False
    """Whether the pod uses the network of its node. Default: false."""

    host_pid: bool = Field(default=False, alias="hostPID")
    """Whether the pod sees the processes of its node. Default: false."""

    host_ipc: bool = Field(default=False, alias="hostIPC")
    """Whether the pod shares the inter-process communication of its node. Default: false."""

    share_process_namespace: bool | None = None
    """Whether the containers of the pod see each other's processes."""

    termination_grace_period_seconds: Int64 | None = None
    """Seconds between asking the pod to stop and killing it."""

    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    """Secrets to pull the images with."""

    security_context: PodSecurityContext | None = None
    """Security settings of the pod as a whole."""

    init_containers: tuple[Container, ...] = ()
    """Containers that run one after the other before the main one starts."""

    volumes: tuple[Volume, ...] = ()
    """Volumes to add to the pod."""

    args: tuple[str, ...] = ()
    """Arguments to add to the main container."""

    env: tuple[EnvVar, ...] = ()
    """Environment variables of the main container."""

    resources: ResourceRequirements | None = None
    """CPU, memory and other resources that the main container requests and may use."""

    liveness_probe: Probe | None = None
    """Tells whether the main container is alive."""

    readiness_probe: Probe | None = None
    """Tells whether the main container is ready."""

    lifecycle: Lifecycle | None = None
    """Actions after the main container starts and before it stops."""

    container_security_context: SecurityContext | None = None
    """Security settings of the main container."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the main container mounts volumes."""


class PodTemplate(KubeModel):
    """The template of a Job's pod."""

    metadata: TemplateMetadata | None = None
    """Labels and annotations of the pod."""

    controller: TemplateMetadata | None = None
    """Labels and annotations of the Job."""

    spec: PodTemplateSpecification | None = None
    """What the pod and its main container are like."""
