"""BackupStorage: a bucket, container or volume that backups go to."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from ..deletion_policy import DeletionPolicy
from ..embedded import VOLUME
from ..markers import FREE_TEXT, SERVER_DEFAULT, Int64
from ..meta import Conditions, JsonObject, KubeModel, KubeResource, OpenEnum
from ..resources import BACKUP_STORAGE
from ..runtime_settings import RuntimeSettings
from ..usage_policy import UsagePolicy


class Provider(OpenEnum):
    """The kinds of backend that we know."""

    S3 = "s3"
    GCS = "gcs"
    AZURE = "azure"
    LOCAL = "local"


class BackupStoragePhase(OpenEnum):
    """Whether backups can go to a storage."""

    NOT_READY = "NotReady"
    READY = "Ready"


class S3(KubeModel):
    """A bucket of Amazon S3, or of a service that speaks the same protocol."""

    endpoint: str = ""
    """URL of the service, such as `https://s3.example.com` or `s3.amazonaws.com`."""

    bucket: str = ""
    """Name of the bucket. It must be there; it is not made."""

    prefix: str = ""
    """Directory in the bucket that everything of this storage goes to."""

    region: str = ""
    """Region of the bucket, such as `eu-central-1`; many services other than Amazon's need none."""

    secret_name: str = ""
    """Secret, in the namespace of the storage, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    Empty means that the pods have the right by their ServiceAccount or node."""

    insecure_tls: bool = Field(default=False, alias="insecureTLS")
    """Whether the certificate of the service is accepted unchecked. Default: false."""

    max_connections: Int64 | None = None
    """How many connections are used at a time. Default: left to the tool."""


class Gcs(KubeModel):
    """A bucket of Google Cloud Storage."""

    bucket: str = ""
    """Name of the bucket. It must be there; it is not made."""

    prefix: str = ""
    """Directory in the bucket that everything of this storage goes to."""

    secret_name: str = ""
    """Secret, in the namespace of the storage, with
    GOOGLE_SERVICE_ACCOUNT_JSON_KEY. Empty means that the pods have the right by themselves."""

    max_connections: Int64 | None = None
    """How many connections are used at a time. Default: 5."""


class Azure(KubeModel):
    """A container of Azure Blob Storage."""

    storage_account: str = ""
    """Name of the storage account."""

    container: str = ""
    """Name of the container. It must be there; it is not made."""

    prefix: str = ""
    """Directory in the container that everything of this storage goes to."""

    secret_name: str = ""
    """Secret, in the namespace of the storage, with AZURE_ACCOUNT_KEY. Empty means that the pods
    have the right by themselves."""

    max_connections: Int64 | None = None
    """How many connections are used at a time. Default: 5."""


class Local(KubeModel):
    """A volume of Kubernetes: a claim, an NFS share, a directory of a node."""

    model_config = ConfigDict(extra="allow")

    inlined: ClassVar[str] = VOLUME

    mount_path: str = ""
    """Where the volume is mounted in each Job that uses the storage: an absolute path."""

    sub_path: str = ""
    """Directory of the volume to mount in place of its root."""

    max_connections: Int64 | None = None
    """How many files are worked on at a time. Default: left to the tool."""

    @property
    def volume_source(self) -> JsonObject:
        """The volume as Kubernetes describes it, such as `{"nfs": {...}}`; not to be changed."""
        return self.model_extra or {}


class StorageSpec(KubeModel):
    """A backend; the block that the provider names is the one that counts."""

    provider: Annotated[Provider | None, FREE_TEXT] = None
    """What kind of backend it is: `s3`, `gcs`, `azure` or `local`."""

    s3: S3 | None = None
    """For the provider s3."""

    gcs: Gcs | None = None
    """For the provider gcs."""

    azure: Azure | None = None
    """For the provider azure."""

    local: Local | None = None
    """For the provider local: any volume of Kubernetes, and where to mount it."""

    @property
    def secret_name(self) -> str:
        """The Secret with the credentials; empty for a local backend or ambient credentials."""
        block = self.block
        return "" if block is None or isinstance(block, Local) else block.secret_name

    @property
    def prefix(self) -> str:
        """The directory that everything goes to, without slashes around; empty for a local one."""
        block = self.block
        return "" if block is None or isinstance(block, Local) else block.prefix.strip("/")

    @property
    def block(self) -> S3 | Gcs | Azure | Local | None:
        """The block that the provider names; None when it is missing or the provider unknown."""
        blocks: dict[str, S3 | Gcs | Azure | Local | None] = {
            "s3": self.s3,
            "gcs": self.gcs,
            "azure": self.azure,
            "local": self.local,
        }
        return blocks.get(self.provider or "")


class BackupStorageSpec(KubeModel):
    """What a storage is, and who may use it."""

    storage: StorageSpec = Field(default_factory=StorageSpec)
    """The backend. Fixed as soon as there is a Repository in it."""

    default: bool = False
    """Whether namespaces that may use this storage use it when they name none. At most one storage
    of a namespace may say so. Default: false."""

    deletion_policy: Annotated[DeletionPolicy, SERVER_DEFAULT] = DeletionPolicy.DELETE
    """What becomes of the data when the storage is deleted: `Delete` keeps it in the backend,
    `WipeOut` erases it. Default: Delete."""

    runtime_settings: RuntimeSettings | None = None
    """Settings of the Jobs that initialise, update and clean up the backend."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces may use the storage. Default: its own."""


class StoredRepository(KubeModel):
    """A Repository that is kept in a storage."""

    name: str = ""
    """Name of the Repository."""

    namespace: str = ""
    """Namespace of the Repository."""

    uid: str = ""
    """UID of the Repository, which tells it from a namesake in another cluster."""

    path: str = ""
    """Its directory, relative to the prefix of the storage."""

    size: str = ""
    """How much its data takes, such as `1.207 GiB`."""

    synced: bool | None = None
    """Whether the object in the cluster and its record in the backend agree."""

    error: str | None = None
    """Why they do not."""


class BackupStorageStatus(KubeModel):
    """What was observed about a storage."""

    phase: Annotated[BackupStoragePhase, FREE_TEXT] = BackupStoragePhase.NOT_READY
    """`Ready` when the backend was prepared and its Secret is there, else `NotReady`."""

    total_size: str = ""
    """How much all repositories take, such as `1.207 GiB`."""

    repositories: tuple[StoredRepository, ...] = ()
    """The repositories in this storage."""

    conditions: Conditions = ()
    """BackendSecretFound and BackendInitialized."""


class BackupStorage(KubeResource):
    """A place that backups go to: a bucket, a container, or a volume."""

    resource: ClassVar = BACKUP_STORAGE

    spec: BackupStorageSpec = Field(default_factory=BackupStorageSpec)
    """What the storage is, and who may use it."""

    status: BackupStorageStatus = Field(default_factory=BackupStorageStatus)
    """What was observed about it."""
