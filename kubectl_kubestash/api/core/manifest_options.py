"""How the manifests of an application are restored. Read by the task `manifest-restore`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..markers import SERVER_DEFAULT
from ..meta import KubeModel, ObjectReference

Switch = Annotated[bool, SERVER_DEFAULT]


class IssuerReference(KubeModel):
    """An issuer of certificates."""

    is_atomic = True

    api_group: str | None = None
    """API group of the issuer."""

    kind: str
    """Kind of the issuer."""

    name: str
    """Name of the issuer."""


class WorkloadOptions(KubeModel):
    """For workloads of Kubernetes' own."""

    restore_namespace: str = ""
    """The namespace to restore to; the one it came from when empty."""


class ServerOptions(WorkloadOptions):
    """What all databases have in common."""

    auth_secret: Switch = True
    """Whether the Secret with the credentials is restored. Default: true."""

    auth_secret_name: str = ""
    """Another name for that Secret."""


class DatabaseObjectOptions(ServerOptions):
    """For an application that is a database object."""

    db: Switch = True
    """Whether the database object is restored. Default: true."""

    db_name: str = ""
    """Another name for the database object."""


class ConfigSecretOptions(ServerOptions):
    """For an application with a Secret for its configuration."""

    config_secret: Switch = True
    """Whether the Secret with the configuration is restored. Default: true."""

    config_secret_name: str = ""
    """Another name for that Secret."""


class DatabaseOptions(DatabaseObjectOptions):
    """What most databases have in common."""

    init_script: Switch = True
    """Whether the ConfigMap or Secret with the script for the first start is restored.
    Default: true."""

    archiver: Switch = False
    """Whether the archiver of transaction logs is restored. Default: false."""

    archiver_ref: ObjectReference | None = None
    """Another archiver to use."""

    tls_issuer_ref: IssuerReference | None = None
    """Another issuer of certificates to use."""


class ConfiguredDatabaseOptions(DatabaseOptions, ConfigSecretOptions):
    """For a database with a Secret for its configuration."""


class DruidOptions(DatabaseObjectOptions, ConfigSecretOptions):
    """For Druid."""

    deep_storage_secret: Switch = True
    """Whether the Secret of the deep storage is restored. Default: true."""


class RedisSentinelOptions(ServerOptions):
    """For Redis Sentinel."""

    sentinel: Switch = True
    """Whether the sentinel object is restored. Default: true."""

    sentinel_name: str = Field(default="", alias="SentinelName")
    """Another name for the sentinel object."""

    tls_issuer_ref: IssuerReference | None = None
    """Another issuer of certificates to use."""


class ManifestOptions(KubeModel):
    """How the manifests of an application are restored; the block of its kind counts."""

    workload: WorkloadOptions | None = None
    """For workloads of Kubernetes' own."""

    mongo_db: ConfiguredDatabaseOptions | None = Field(default=None, alias="mongoDB")
    """For MongoDB."""

    postgres: ConfiguredDatabaseOptions | None = None
    """For PostgreSQL."""

    my_sql: ConfiguredDatabaseOptions | None = Field(default=None, alias="mySQL")
    """For MySQL."""

    clickhouse: ConfiguredDatabaseOptions | None = None
    """For ClickHouse."""

    maria_db: ConfiguredDatabaseOptions | None = Field(default=None, alias="mariaDB")
    """For MariaDB."""

    ms_sql_server: DatabaseOptions | None = Field(default=None, alias="msSQLServer")
    """For Microsoft SQL Server."""

    zoo_keeper: ConfiguredDatabaseOptions | None = None
    """For ZooKeeper."""

    singlestore: ConfiguredDatabaseOptions | None = None
    """For SingleStore."""

    redis: ConfiguredDatabaseOptions | None = None
    """For Redis."""

    redis_sentinel: RedisSentinelOptions | None = None
    """For Redis Sentinel."""

    druid: DruidOptions | None = None
    """For Druid."""
