"""KubeStashConfig: the file that an upstream operator is configured with."""

from __future__ import annotations

from pydantic import Field

from ..embedded import LocalObjectReference
from ..meta import KubeModel, RawObject


class Health(KubeModel):
    """Where the operator says that it is alive."""

    health_probe_bind_address: str = ""
    """Address to listen at, such as `:8081`."""


class Metrics(KubeModel):
    """Where the operator serves its figures."""

    bind_address: str = ""
    """Address to listen at, such as `:8080`; `0` means not at all."""

    secure_metrics: bool = False
    """Whether they are served with TLS. Default: false."""


class Webhook(KubeModel):
    """Where the operator answers the API server."""

    port: int | None = None
    """Port to listen at. Default: 9443."""


class LeaderElection(KubeModel):
    """Whether several operators take turns."""

    leader_elect: bool = False
    """Whether only the holder of the Lease works. Default: false."""

    resource_name: str = ""
    """Name of the Lease."""


class License(KubeModel):
    """Proof that the operator may be used. Ours needs none."""

    path: str = ""
    """File with the licence."""

    api_service: str = ""
    """APIService to ask for it."""


class WebhookSwitch(KubeModel):
    """Whether one kind of webhook is used."""

    enable: bool = False
    """Whether it is. Default: false."""

    name: str = ""
    """Name of its configuration in the API server."""


class WebhookInfo(KubeModel):
    """Which webhooks are used."""

    validating: WebhookSwitch | None = None
    """The one that refuses objects."""

    mutating: WebhookSwitch | None = None
    """The one that fills objects in."""


class Docker(KubeModel):
    """What Jobs run."""

    image: str = ""
    """The image."""


class NetVolAccessor(KubeModel):
    """The pod through which an upstream operator reads a network volume."""

    cpu: str = ""
    """CPU that it requests."""

    memory: str = ""
    """Memory that it requests."""

    user: int | None = None
    """User id that it runs as."""

    privileged_mode: bool = False
    """Whether it runs privileged. Default: false."""


class KubeStashConfig(KubeModel):
    """Settings of an upstream operator."""

    api_version: str = ""
    """`config.kubestash.com/v1alpha1`."""

    kind: str = ""
    """`KubeStashConfig`."""

    health: Health | None = None
    """Where the operator says that it is alive."""

    metrics: Metrics | None = None
    """Where it serves its figures."""

    webhook: Webhook | None = None
    """Where it answers the API server."""

    leader_election: LeaderElection | None = None
    """Whether several operators take turns."""

    cert_dir: str = ""
    """Directory with the certificate of the webhook."""

    enable_http2: bool = Field(default=False, alias="enableHTTP2")
    """Whether HTTP/2 is spoken. Default: false."""

    license: License | None = None
    """Proof that the operator may be used."""

    webhook_info: WebhookInfo | None = None
    """Which webhooks are used."""

    docker: Docker | None = None
    """What Jobs run."""

    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    """Secrets to pull that image with."""

    net_vol_accessor: NetVolAccessor | None = None
    """The pod through which a network volume is read."""

    network_policy: RawObject = Field(default_factory=dict)
    """Whether traffic is restricted by NetworkPolicies."""
