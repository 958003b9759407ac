"""How do PostgreSQL's own programs connect to the database of an AppBinding?

They read variables and files (https://www.postgresql.org/docs/current/libpq-envars.html), so that
neither address nor password is ever an argument.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import Unsupported, UsageError
from .app_binding import Address, address, credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.app_binding import AppBinding

DEFAULT_USER = "postgres"
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
"""Who is trusted when a certificate is to be checked and the AppBinding names nobody."""

_VARIABLES: Mapping[str, str] = {
    "application_name": "PGAPPNAME",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "gssencmode": "PGGSSENCMODE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
"""Parameters that a URL may carry, and the variables that mean the same."""

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_OTHER_WORDS: Mapping[str, str] = {
    "disabled": "disable",
    "preferred": "prefer",
    "required": "require",
    "verify_ca": "verify-ca",
    "verify_identity": "verify-full",
}
"""MySQL's names of the same modes, which AppBindings of hosted databases use."""

_CHECKING = ("verify-ca", "verify-full")


@dataclass(frozen=True)
class Connection:
    """All that a program of PostgreSQL needs to know, but for the places of its files."""

    where: str
    """What messages call it."""

    environment: Mapping[str, str]
    database: str
    """The one that the AppBinding names; may be empty."""

    server_name: str
    """What the server's certificate must say, when that is not the host; may be empty."""

    pgpass: str = field(repr=False)
    """https://www.postgresql.org/docs/current/libpq-pgpass.html"""

    certificates: Mapping[str, str] = field(repr=False)
    """Variable → the content of the file that it names."""

    secrets: tuple[str, ...] = field(repr=False)
    """What must show up nowhere."""


def connection(
    binding: AppBinding, secret: Mapping[str, str], tls: Mapping[str, str], *, user: str = ""
) -> Connection:
    """From the AppBinding, its Secret and its TLS Secret. Raises UsageError, Unsupported.

    The Secret's user name comes before `user`, because the password belongs to it.
    """
    place, login = address(binding), credentials(binding, secret)
    if user not in {"", DEFAULT_USER, login.username} and login.username:
        raise UsageError(
            f"AppBinding {binding.key}: its Secret is for user {login.username!r}, but the task's "
            f"parameter user is {user!r}."
        )
    name = login.username or user or DEFAULT_USER
    certificates = _certificates(binding, tls)
    mode = _mode(binding, place, certificates)
    if mode in _CHECKING and "PGSSLROOTCERT" not in certificates:
        certificates["PGSSLROOTCERT"] = ""
    return Connection(
        where=f"AppBinding {binding.key}",
        environment={**_address(binding, place), "PGUSER": name, "PGSSLMODE": mode},
        database=place.database,
        server_name=_server_name(binding, place),
        pgpass=f"*:*:*:{_escaped(name)}:{_escaped(login.password)}\n" if login.password else "",
        certificates=certificates,
        secrets=tuple(text for text in (login.password, tls.get("tls.key", "")) if text),
    )


def _address(binding: AppBinding, place: Address) -> dict[str, str]:
    found = {"PGHOST": ",".join(place.hosts)}
    if any(place.ports):
        found["PGPORT"] = ",".join(place.ports)
    for name, value in place.query.items():
        if name == "ssl-mode":
            continue
        if name not in _VARIABLES:
            raise Unsupported(
                f"AppBinding {binding.key}: the connection parameter {name!r} is not supported; "
                f"known are ssl-mode, {', '.join(_VARIABLES)}."
            )
        found[_VARIABLES[name]] = value
    return found


def _server_name(binding: AppBinding, place: Address) -> str:
    name = binding.spec.client_config.server_name
    if name and len(place.hosts) > 1:
        raise Unsupported(
            f"AppBinding {binding.key}: spec.clientConfig.serverName with several hosts is not "
            "supported yet."
        )
    return name


def _mode(binding: AppBinding, place: Address, certificates: Mapping[str, str]) -> str:
    """The sslmode: what the URL says, else as strict as the AppBinding allows."""
    lax = binding.spec.client_config.insecure_skip_tls_verify
    said = (place.query.get("sslmode") or place.query.get("ssl-mode") or "").lower()
    mode = _OTHER_WORDS.get(said, said)
    if mode and mode not in _MODES:
        raise UsageError(
            f"AppBinding {binding.key}: sslmode {said!r} must be one of {', '.join(_MODES)}."
        )
    if lax and mode in _CHECKING:
        raise UsageError(
            f"AppBinding {binding.key}: insecureSkipTLSVerify contradicts sslmode {mode}."
        )
    if mode:
        return mode
    if "PGSSLROOTCERT" in certificates:
        return "verify-full"
    return "require" if lax or certificates else "prefer"


def _certificates(binding: AppBinding, tls: Mapping[str, str]) -> dict[str, str]:
    client = binding.spec.client_config
    found = {
        variable: tls[key]
        for variable, key in (("PGSSLCERT", "tls.crt"), ("PGSSLKEY", "tls.key"))
        if tls.get(key)
    }
    if len(found) == 1:
        raise UsageError(
            f"AppBinding {binding.key}: its TLS Secret needs both tls.crt and tls.key, or neither."
        )
    # libpq checks the certificate as soon as it is given an authority, whatever the mode says.
    if not client.insecure_skip_tls_verify and (
        authority := _bundle(binding) or tls.get("ca.crt", "")
    ):
        found["PGSSLROOTCERT"] = authority
    return found


def _bundle(binding: AppBinding) -> str:
    text = binding.spec.client_config.ca_bundle
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UsageError(
            f"AppBinding {binding.key}: spec.clientConfig.caBundle is not PEM in base64."
        ) from None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")
