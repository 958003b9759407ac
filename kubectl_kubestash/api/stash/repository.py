"""Repository of Stash: a backend, and the Secret that goes with it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..meta import KubeModel, KubeResource
from ..storage.backup_storage import S3, Gcs, Local
from ..usage_policy import UsagePolicy
from .resources import REPOSITORY


class Azure(KubeModel):
    """A container of Azure Blob Storage; the account is named in the Secret."""

    container: str = ""
    """Name of the container."""

    prefix: str = ""
    """Directory in the container."""

    max_connections: int | None = None
    """How many connections are used at a time."""


class Swift(KubeModel):
    """A container of OpenStack Swift."""

    container: str = ""
    """Name of the container."""

    prefix: str = ""
    """Directory in the container."""


class BackblazeB2(KubeModel):
    """A bucket of Backblaze B2."""

    bucket: str = ""
    """Name of the bucket."""

    prefix: str = ""
    """Directory in the bucket."""

    max_connections: int | None = None
    """How many connections are used at a time."""


class RestServer(KubeModel):
    """A restic REST server."""

    url: str = ""
    """URL of the server."""


class StashBackend(KubeModel):
    """Where the data is; one of the blocks is filled in."""

    storage_secret_name: str = ""
    """Secret with the credentials of the backend, and with RESTIC_PASSWORD."""

    local: Local | None = None
    """A volume of Kubernetes."""

    s3: S3 | None = None
    """A bucket of S3."""

    gcs: Gcs | None = None
    """A bucket of Google Cloud Storage."""

    azure: Azure | None = None
    """A container of Azure Blob Storage."""

    swift: Swift | None = None
    """A container of OpenStack Swift."""

    b2: BackblazeB2 | None = None
    """A bucket of Backblaze B2."""

    rest: RestServer | None = None
    """A restic REST server."""


class RepositorySpec(KubeModel):
    """Where the data is, and what becomes of it."""

    backend: StashBackend = Field(default_factory=StashBackend)
    """Where the data is."""

    wipe_out: bool = False
    """Whether the data is erased together with the Repository. Default: false."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces may use the Repository."""


class Repository(KubeResource):
    """A backend, and the Secret that goes with it."""

    resource: ClassVar = REPOSITORY

    spec: RepositorySpec = Field(default_factory=RepositorySpec)
    """Where the data is, and what becomes of it."""
