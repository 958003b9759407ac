"""Where is the database of an AppBinding, and who are we there?

https://kubedb.com/docs/latest/guides/postgres/concepts/appbinding/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from ..errors import Unsupported, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.app_binding import AppBinding, ServiceConnection
    from ..api.meta import TypedObjectReference

GROUP, KIND = "appcatalog.appscode.com", "AppBinding"
USERNAME, PASSWORD = "username", "password"
VERSION_ANNOTATION = "kubedb.com/db-version"
"""Where KubeDB notes the version that really runs."""


@dataclass(frozen=True)
class Address:
    """Where a database listens."""

    hosts: tuple[str, ...]
    """Names or numbers; several for one that fails over."""

    ports: tuple[str, ...]
    """One for each host; empty means the usual one."""

    database: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    """How to connect, such as `sslmode`."""


@dataclass(frozen=True)
class Credentials:
    """Who we are. Either may be empty."""

    username: str
    password: str = field(repr=False)


def is_app_binding(target: TypedObjectReference | None) -> bool:
    """Whether the target is a database that an AppBinding describes."""
    return target is not None and target.api_group == GROUP and target.kind == KIND


def version(binding: AppBinding) -> str:
    """Version of the database; empty when nobody says."""
    return binding.metadata.annotations.get(VERSION_ANNOTATION, "") or binding.spec.version


def address(binding: AppBinding) -> Address:
    """Its URL, or else its Service. Raises UsageError."""
    where = f"AppBinding {binding.key}: spec.clientConfig"
    client = binding.spec.client_config
    if client.url:
        return _of_url(client.url, f"{where}.url")
    if client.service is None or not client.service.name:
        raise UsageError(f"{where}: neither url nor service says where the database is.")
    return _of_service(client.service, binding.metadata.namespace)


def credentials(binding: AppBinding, data: Mapping[str, str]) -> Credentials:
    """What the AppBinding's Secret says, after its transforms. Raises Unsupported."""
    known = dict(data)
    for index, transform in enumerate(binding.spec.secret_transforms):
        if transform.rename_key:
            if transform.rename_key.from_ in known:
                known[transform.rename_key.to] = known.pop(transform.rename_key.from_)
        elif transform.add_key:
            known[transform.add_key.key] = transform.add_key.string_value
        else:
            raise Unsupported(
                f"AppBinding {binding.key}: spec.secretTransforms[{index}] is neither renameKey "
                "nor addKey: other changes are not supported yet."
            )
    return Credentials(known.get(USERNAME, ""), known.get(PASSWORD, ""))


def _of_service(service: ServiceConnection, home: str) -> Address:
    host = f"{service.name}.{service.namespace or home}.svc"
    port = str(service.port) if service.port else ""
    database = unquote(service.path.strip("/"))
    return Address((host,), (port,), database, _query(service.query))


def _of_url(text: str, where: str) -> Address:
    """Raises UsageError. Several hosts may be joined by commas, as libpq has it."""
    url = urlsplit(text)
    if not url.netloc:
        raise UsageError(f"{where} is not of the form scheme://host:port/database.")
    if "@" in url.netloc:
        raise UsageError(
            f"{where} carries credentials that everybody can read; name a Secret in spec.secret."
        )
    pairs = [_host_and_port(each, where) for each in url.netloc.split(",")]
    return Address(
        tuple(host for host, _ in pairs),
        tuple(port for _, port in pairs),
        unquote(url.path.strip("/")),
        _query(url.query),
    )


def _host_and_port(text: str, where: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not host or (port and not port.isdigit()):
        raise UsageError(f"{where}: {text!r} is not a host and a port.")
    return unquote(host), port


def _query(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))
