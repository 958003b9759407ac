"""Snapshot: the state of one backup in one Repository."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from ..claim import Claim
from ..deletion_policy import DeletionPolicy
from ..driver import Driver
from ..markers import SERVER_DEFAULT, Int32
from ..meta import Conditions, KubeModel, KubeResource, OpenEnum, TypedObjectReference
from ..resources import SNAPSHOT
from .driver_stats import (
    ClickHouseStats,
    MedusaStats,
    Neo4jStats,
    SolrStats,
    VolumeSnapshotterStats,
    WalGStats,
)
from .log_stats import LogStats
from .phases import SnapshotPhase
from .restic_stats import ResticStats

__all__ = [
    "Component",
    "Snapshot",
    "SnapshotPhase",
    "SnapshotSpec",
    "SnapshotStatus",
    "VerificationStatus",
]


class VerificationStatus(OpenEnum):
    """Whether a restore of the Snapshot was tried."""

    VERIFIED = "Verified"
    NOT_VERIFIED = "NotVerified"
    VERIFICATION_FAILED = "VerificationFailed"


class SnapshotSpec(KubeModel):
    """Which run a Snapshot is of."""

    snapshot_id: str = Field(default="", alias="snapshotID")
    """ULID of the Snapshot. Everything that the run puts into the backend carries it as a tag."""

    type: str = ""
    """`FullBackup` or `IncrementalBackup`."""

    repository: str = ""
    """The Repository, in the same namespace, that holds the data."""

    session: str = ""
    """The session of the BackupConfiguration that was run."""

    backup_session: str = ""
    """The BackupSession that took the Snapshot."""

    version: str = ""
    """Version of the layout in the backend; always `v1`."""

    app_ref: TypedObjectReference | None = None
    """The application that was backed up."""

    deletion_policy: Annotated[DeletionPolicy, SERVER_DEFAULT] = DeletionPolicy.DELETE
    """What becomes of the data when the Snapshot is deleted: `Delete` keeps it in the backend,
    `WipeOut` removes it. Default: Delete."""

    paused: bool = False
    """Whether the operator leaves this object alone. Default: false."""


class Component(KubeModel):
    """One part of the backup: a dump, or the files of one pod."""

    path: str = ""
    """Where its data is, relative to the directory of the Repository."""

    phase: SnapshotPhase = SnapshotPhase.PENDING
    """How far it is."""

    size: str = ""
    """How much the component's repository takes in the backend, such as `12.500 MiB`."""

    duration: str = ""
    """How long it took, such as `10.595s`."""

    integrity: bool | None = None
    """Whether the repository was whole when it was checked; empty when it was not."""

    error: str = ""
    """Why it failed: exit code and last lines of the tool."""

    driver: Driver | None = None
    """The tool that moved the data."""

    repository_id: str = Field(default="", alias="repositoryID")
    """Id of the restic repository that was written."""

    repository_config: str = ""
    """SHA-256 of that repository's config."""

    claim: Claim | None = None
    """The pod that works on the component."""

    restic_stats: tuple[ResticStats, ...] = ()
    """What restic reports, one entry for each path or dump."""

    volume_snapshotter_stats: tuple[VolumeSnapshotterStats, ...] = ()
    """What the driver VolumeSnapshotter reports, one entry for each volume."""

    wal_g_stats: WalGStats | None = None
    """What the driver WalG reports."""

    solr_stats: tuple[SolrStats, ...] = ()
    """What the driver Solr reports, one entry for each collection."""

    medusa_stats: MedusaStats | None = None
    """What the driver Medusa reports."""

    click_house_stats: tuple[ClickHouseStats, ...] = ()
    """What the driver ClickHouseBackup reports, one entry for each host."""

    neo4j_stats: tuple[Neo4jStats, ...] = Field(default=(), alias="neo4jStats")
    """What the driver Neo4jAdmin reports, one entry for each database."""

    log_stats: LogStats | None = None
    """How the continuous archiving of transaction logs goes."""


class SnapshotStatus(KubeModel):
    """What was observed about a Snapshot."""

    phase: SnapshotPhase = SnapshotPhase.PENDING
    """How far it is. Succeeded means: all components are in the backend, and its record, too."""

    verification_status: VerificationStatus | None = None
    """Whether a restore of the Snapshot was tried."""

    verification_session: str = ""
    """The BackupVerificationSession that tried."""

    snapshot_time: datetime | None = None
    """When the Snapshot was taken."""

    last_update_time: datetime | None = None
    """When it last changed; for backups that go on."""

    size: str = ""
    """Sum of the components' sizes, such as `12.500 MiB`."""

    integrity: bool | None = None
    """Whether all components were whole; empty until each was checked."""

    total_components: Int32 = 0
    """How many components are to be backed up."""

    components: dict[str, Component] = Field(default_factory=dict)
    """The components by name."""

    conditions: Conditions = ()
    """RecentSnapshotListUpdated, SnapshotMetadataUploaded and BackupIncomplete."""


class Snapshot(KubeResource):
    """The state of one backup in one Repository. Made by the operator; not to be edited."""

    resource: ClassVar = SNAPSHOT

    spec: SnapshotSpec = Field(default_factory=SnapshotSpec)
    """Which run it is of."""

    status: SnapshotStatus = Field(default_factory=SnapshotStatus)
    """What was observed about it."""
