"""Keys of one sandbox: its authority, its certificate, and the token by which all clients come in.

They are made in a process of its own, because cryptography would take 14 MiB of memory for good.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ...errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

_DAYS = 3650


class Keys:
    """The files of `pki/`, made when they are not there."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "tokens.key").exists():
            script = (
                f"import pathlib; from {__name__} import make; make(pathlib.Path({str(folder)!r}))"
            )
            command = [sys.executable, "-P", "-c", script]
            made = subprocess.run(command, capture_output=True, check=False)
            if made.returncode:
                last = made.stderr.decode(errors="replace").strip().rpartition("\n")[2]
                raise Refused(f"keys cannot be made in {folder}: {last}")
        self.token = (folder / "tokens.key").read_bytes().hex()
        """What a client sends to be let in, whoever it is."""
        self.authority = (folder / "ca.crt").read_text()
        """The certificate that clients trust, as PEM."""
        self.server = folder / "server.pem"
        """Certificate and key of the server in one file."""


def make(folder: Path) -> None:
    """Write all files; the last one is the sign that all are there."""
    from cryptography import x509  # noqa: PLC0415 - takes 14 MiB for good: see Keys
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.umask(0o077)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubestash-sandbox")])
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kube-apiserver")])
    begin = datetime.now(UTC) - timedelta(hours=1)

    def certificate(
        subject: x509.Name, public: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(authority, subject, public, x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=_DAYS))
        )

    names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", "::1")]
    signed = {
        "ca.crt": certificate(authority, authority_key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        ),
        "server.pem": certificate(name, key.public_key()).add_extension(
            x509.SubjectAlternativeName([*map(x509.DNSName, names), *addresses]), critical=False
        ),
    }
    own = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for file, builder in signed.items():
        pem = builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / file).write_bytes(pem + (own if file == "server.pem" else b""))
    (folder / "tokens.key").write_bytes(secrets.token_bytes(32))
