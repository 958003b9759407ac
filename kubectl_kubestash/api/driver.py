"""The tools that move the data."""

from __future__ import annotations

from .meta import OpenEnum


class Driver(OpenEnum):
    """A tool that moves the data."""

    RESTIC = "Restic"
    WAL_G = "WalG"
    VOLUME_SNAPSHOTTER = "VolumeSnapshotter"
    SOLR = "Solr"
    MEDUSA = "Medusa"
    CLICK_HOUSE_BACKUP = "ClickHouseBackup"
    NEO4J_ADMIN = "Neo4jAdmin"
