"""Whom do we trust, and which certificate do we show?"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import NamedTuple

from ..errors import Unauthorized, Unreachable


class Trust(NamedTuple):
    """How the API server proves who it is."""

    ca_file: str = ""
    ca_data: str = ""
    """PEM; wins over the file."""
    insecure: bool = False
    server_name: str = ""
    """What the server's certificate must be for, when that is not the host of the URL."""

    def __repr__(self) -> str:
        source = "data" if self.ca_data else self.ca_file or "system"
        return f"Trust(ca={source}, insecure={self.insecure}, server_name={self.server_name!r})"


class ClientCertificate(NamedTuple):
    """A certificate and its private key, each as PEM or as the path of a file."""

    certificate: bytes | Path
    key: bytes | Path

    def __repr__(self) -> str:
        return "ClientCertificate(…)"

    @property
    def version(self) -> tuple[object, ...]:
        """Changes when the files do, so that a rotated certificate is noticed."""
        return tuple(_version(part) for part in self)


def _version(part: bytes | Path) -> object:
    if isinstance(part, bytes):
        return hash(part)
    try:
        status = part.stat()
    except OSError:
        return str(part)
    return str(part), status.st_mtime_ns, status.st_ino


def context(trust: Trust, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """A context for connections to that server. Raises ClusterError for bad files."""
    # Not create_default_context(): it parses the whole bundle of the system, also when not asked.
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if trust.insecure:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        elif trust.ca_data:
            made.load_verify_locations(cadata=trust.ca_data)
        elif trust.ca_file:
            made.load_verify_locations(trust.ca_file)
        else:
            made.load_default_certs()
    except OSError as error:
        source = trust.ca_file or "certificate-authority-data"
        raise Unreachable(f"The certificate authority {source} cannot be read: {error}.") from error
    if certificate:
        _show(made, certificate)
    return made


def _show(made: ssl.SSLContext, certificate: ClientCertificate) -> None:
    try:
        chain, key = certificate
        if isinstance(chain, Path) and isinstance(key, Path):
            made.load_cert_chain(chain, key, password=_refuse_password)
        else:
            _load_from_memory(made, _bytes(chain) + b"\n" + _bytes(key))
    except OSError as error:
        reason = error.strerror or error
        raise Unauthorized(
            f"The client certificate or its key cannot be used: {reason}."
        ) from error


def _bytes(part: bytes | Path) -> bytes:
    return part if isinstance(part, bytes) else part.read_bytes()


def _load_from_memory(made: ssl.SSLContext, pem: bytes) -> None:
    """Python's ssl takes files only. On Linux the key stays in memory; else 0600 and gone again."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
        name = f"/proc/self/fd/{descriptor}"
    else:
        import tempfile  # noqa: PLC0415 - not on Linux

        descriptor, name = tempfile.mkstemp()
    try:
        os.write(descriptor, pem)
        made.load_cert_chain(name, password=_refuse_password)
    finally:
        os.close(descriptor)
        if not name.startswith("/proc/"):
            Path(name).unlink()


def _refuse_password() -> str:
    # Without this OpenSSL asks on the terminal, and a program without one hangs.
    raise Unauthorized("The client key is encrypted; kubeconfig has no place for its password.")
