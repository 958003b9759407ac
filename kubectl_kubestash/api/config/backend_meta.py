"""BackendMeta: the file `metadata.yaml` at the root of a storage, which lists what is in it."""

from __future__ import annotations

from datetime import datetime

from ..meta import KubeModel
from ..storage.backup_storage import StoredRepository


class BackendMeta(KubeModel):
    """Which Repositories a backend holds, for clusters that meet it for the first time."""

    api_version: str = ""
    """`config.kubestash.com/v1alpha1`."""

    kind: str = ""
    """`BackendMeta`."""

    creation_timestamp: datetime | None = None
    """When the file was first written."""

    operator_version: str = ""
    """Version of the operator that wrote it last."""

    repositories: tuple[StoredRepository, ...] = ()
    """The Repositories in the backend."""
