"""AppBinding: how to connect to a database. KubeDB's kind; the part of it that we read.

https://kubedb.com/docs/latest/guides/postgres/concepts/appbinding/
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .meta import KubeModel, KubeResource, RawObject, TypedObjectReference
from .resources import APP_BINDING


class SecretReference(KubeModel):
    """A Secret in the namespace of the AppBinding."""

    name: str = ""
    """Name of the Secret."""


class ServiceConnection(KubeModel):
    """A Service of the cluster that the database answers at."""

    scheme: str = ""
    """Protocol, such as `mysql` or `https`."""

    name: str = ""
    """Name of the Service, in the namespace of the AppBinding unless `namespace` says otherwise."""

    namespace: str = ""
    """Namespace of the Service."""

    port: int | None = None
    """Port of the Service."""

    path: str = ""
    """Path of the URL."""

    query: str = ""
    """Query of the URL, such as `sslmode=require`."""


class ClientConfig(KubeModel):
    """Where the database is: a URL or a Service."""

    url: str = ""
    """URL of the database; comes before the Service."""

    service: ServiceConnection | None = None
    """Service of the database."""

    insecure_skip_tls_verify: bool = Field(default=False, alias="insecureSkipTLSVerify")
    """Whether the certificate of the database is accepted unchecked. Default: false."""

    ca_bundle: str = ""
    """Certificates of the authorities to trust: PEM, in base64."""

    server_name: str = ""
    """Name that the certificate of the database must carry, when not that of the URL."""


class RenamedKey(KubeModel):
    """A key of the Secret that goes by another name."""

    from_: str = Field(default="", alias="from")
    """The key in the Secret."""

    to: str = ""
    """The key that it is read as."""


class AddedKey(KubeModel):
    """A key with a fixed value."""

    key: str = ""
    """The key."""

    string_value: str = ""
    """Its value."""


class SecretTransform(KubeModel):
    """A change to the keys of the Secret before they are used."""

    rename_key: RenamedKey | None = None
    """Reads a key under another name."""

    add_key: AddedKey | None = None
    """Adds a key with a fixed value."""


class AppBindingSpec(KubeModel):
    """How to connect."""

    type: str = ""
    """What the database is, such as `kubedb.com/postgres`."""

    version: str = ""
    """Version of the database, such as `17.2`."""

    client_config: ClientConfig = Field(default_factory=ClientConfig)
    """Where the database is."""

    secret: SecretReference | None = None
    """Secret with `username` and `password`."""

    secret_transforms: tuple[SecretTransform, ...] = ()
    """Changes to the keys of that Secret, in order."""

    tls_secret: SecretReference | None = None
    """Secret with `ca.crt`, and `tls.crt` and `tls.key` when the database asks for them."""

    app_ref: TypedObjectReference | None = None
    """The object that runs the database."""

    parameters: RawObject = Field(default_factory=dict)
    """Whatever else the database's addon wants to know."""


class AppBinding(KubeResource):
    """How to connect to a database."""

    resource: ClassVar = APP_BINDING

    spec: AppBindingSpec = Field(default_factory=AppBindingSpec)
    """How to connect."""
