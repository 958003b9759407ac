"""What the data movers other than restic report about a component."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ..markers import Int64
from ..meta import KubeModel


class VolumeSnapshotterStats(KubeModel):
    """One VolumeSnapshot."""

    pvc_name: str = ""
    """The claim that it was taken of."""

    host_path: str = ""
    """Where the application mounts the claim."""

    volume_snapshot_name: str = ""
    """Name of the VolumeSnapshot."""

    volume_snapshot_time: datetime | None = None
    """When it was taken."""


class WalGStats(KubeModel):
    """One backup by WAL-G."""

    id: str = ""
    """WAL-G's name of the backup."""

    databases: tuple[str, ...] = ()
    """The databases in it."""

    start_time: datetime | None = None
    """When it started."""

    stop_time: datetime | None = None
    """When it ended."""


class SolrStats(KubeModel):
    """One backup of a Solr collection."""

    backup_id: int | None = None
    """Solr's number of the backup."""

    backup_name: str = ""
    """Name of the backup."""

    collection: str = ""
    """The collection."""

    index_file_count: int | None = None
    """How many index files it has."""

    index_size_mb: float | None = Field(default=None, alias="indexSizeMB")
    """How large the index is, in MB."""

    location: str = ""
    """Where Solr put it."""

    start_time: str = ""
    """When it started, as Solr writes it."""

    uploaded_index_file_mb: float | None = Field(default=None, alias="uploadedIndexFileMB")
    """How much of it was uploaded, in MB."""


class MedusaStats(KubeModel):
    """One backup of Cassandra by Medusa."""

    backup_name: str = ""
    """Name of the backup."""

    backup_nodes: tuple[str, ...] = ()
    """The nodes in it."""

    start_time: str = ""
    """When it started, as Medusa writes it."""

    finish_time: str = ""
    """When it ended, as Medusa writes it."""

    status: str = ""
    """What Medusa says about it."""


class ClickHouseStats(KubeModel):
    """One backup of a ClickHouse host by clickhouse-backup."""

    host: str = ""
    """The host."""

    id: str = ""
    """clickhouse-backup's name of the backup."""

    start_time: datetime | None = None
    """When it started."""

    finish_time: datetime | None = None
    """When it ended."""

    status: str = ""
    """What clickhouse-backup says about it."""


class Neo4jStats(KubeModel):
    """One backup of a Neo4j database by neo4j-admin."""

    database: str = ""
    """The database."""

    database_id: str = Field(default="", alias="databaseID")
    """Neo4j's id of the database."""

    file: str = ""
    """The file of the backup."""

    full: bool | None = None
    """Whether it is a full backup and not one of the changes only."""

    compressed: bool | None = None
    """Whether the file is compressed."""

    recovered: bool | None = None
    """Whether outstanding transactions have been applied to it."""

    time: str = ""
    """When it was taken, as neo4j-admin writes it."""

    lowest_tx: Int64 | None = Field(default=None, alias="lowestTX")
    """The first transaction in it."""

    highest_tx: Int64 | None = Field(default=None, alias="highestTX")
    """The last transaction in it."""

    store_id_hash: str = Field(default="", alias="storeIDHash")
    """Neo4j's fingerprint of the store."""
