"""What restic reports about one backed up path: figures while it runs, and a summary at the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import model_validator

from ..markers import Int64
from ..meta import KubeModel


class ResticSummary(KubeModel):
    """The figures at the end."""

    id: str = ""
    """Id of the restic snapshot: 64 hexadecimal digits."""

    host_path: str = ""
    """The path that was backed up, or the file name given to a dump."""

    size: str = ""
    """How much was read, such as `12.500 MiB`."""

    uploaded: str = ""
    """How much of it was new and added to the repository, before compression."""

    files: Int64 | None = None
    """How many files the snapshot holds."""

    bytes: Int64 | None = None
    """How many bytes the files of the snapshot hold."""

    start_time: datetime | None = None
    """When restic started."""

    end_time: datetime | None = None
    """When restic ended."""


class ResticProgress(KubeModel):
    """The figures while it runs, refreshed every ten seconds."""

    seconds_elapsed: Int64 | None = None
    """Seconds since the start."""

    percent_done: str = ""
    """Share of the bytes that is done, such as `7.48%`."""

    total_files: Int64 | None = None
    """How many files are to be read, as far as known."""

    files_done: Int64 | None = None
    """How many files were read."""

    backup_done: str = ""
    """How much was read, such as `393.9MB`."""

    total: str = ""
    """How much is to be read, as far as known, such as `5.3GB`."""

    speed: str = ""
    """How much is read in a second, such as `65.7MB/s`."""


class ResticStats(KubeModel):
    """One backed up path, or one dump."""

    summary: ResticSummary | None = None
    """The figures at the end."""

    progress: ResticProgress | None = None
    """The figures while it runs."""

    @model_validator(mode="before")
    @classmethod
    def _accept_flat_form(cls, raw: Any) -> Any:
        """Operators before May 2025 wrote the fields of the summary without the level between."""
        if isinstance(raw, Mapping) and "summary" not in raw and ("id" in raw or "hostPath" in raw):
            return {**raw, "summary": raw}
        return raw
