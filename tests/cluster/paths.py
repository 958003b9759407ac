"""Where things are kept: builds in a cache for good, clusters only as long as they live."""

from __future__ import annotations

import os
from pathlib import Path

SOURCES = Path(__file__).parent
PROJECT = SOURCES.parent.parent


def cache_root() -> Path:
    """The folder for everything that is expensive to make; outside the work tree.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kubestash"


def clusters_root() -> Path:
    """The folder that has one folder for each running cluster."""
    return cache_root() / "clusters"
