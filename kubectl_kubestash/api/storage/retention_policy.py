"""RetentionPolicy: which Snapshots are kept."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..markers import SERVER_DEFAULT, Int32
from ..meta import KubeModel, KubeResource
from ..resources import RETENTION_POLICY
from ..usage_policy import UsagePolicy


class SuccessfulSnapshots(KubeModel):
    """How many successful Snapshots are kept. One that any of the rules keeps, is kept."""

    last: Int32 | None = None
    """The newest ones, however they are spread."""

    hourly: Int32 | None = None
    """The newest one of each of so many hours that have any."""

    daily: Int32 | None = None
    """The newest one of each of so many days that have any."""

    weekly: Int32 | None = None
    """The newest one of each of so many weeks that have any."""

    monthly: Int32 | None = None
    """The newest one of each of so many months that have any."""

    yearly: Int32 | None = None
    """The newest one of each of so many years that have any."""


class FailedSnapshots(KubeModel):
    """How many failed Snapshots are kept."""

    last: Annotated[Int32, SERVER_DEFAULT] = 1
    """The newest ones. Default: 1."""


class RetentionPolicySpec(KubeModel):
    """Which Snapshots are kept, and who may use the policy."""

    default: bool = False
    """Whether backends that name no policy use this one. At most one policy of a namespace may
    say so. Default: false."""

    max_retention_period: str = ""
    """Age after which a Snapshot is removed whatever the numbers say: numbers with the units y, mo,
    w, d, h and m, such as `1y6mo` or `30d`. The newest successful one is never removed."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces may use the policy. Default: its own."""

    successful_snapshots: SuccessfulSnapshots | None = None
    """How many successful Snapshots are kept."""

    failed_snapshots: FailedSnapshots | None = None
    """How many failed Snapshots are kept. Default: the last one."""


class RetentionPolicy(KubeResource):
    """Which Snapshots are kept, for each Repository and session."""

    resource: ClassVar = RETENTION_POLICY

    spec: RetentionPolicySpec = Field(default_factory=RetentionPolicySpec)
    """Which Snapshots are kept, and who may use the policy."""
