"""`python -m kubectl_kubestash.sandbox.server.certificates FOLDER`: make the keys of a sandbox."""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAYS = 3650


def make(folder: Path) -> None:
    """Write all files; the last one is the sign that all are there."""
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


if __name__ == "__main__":
    make(Path(sys.argv[1]))
