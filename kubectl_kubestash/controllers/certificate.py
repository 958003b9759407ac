"""A certificate that nobody has signed but its own key, for a server whose callers show a token.

It stays in memory, and each replica has its own: to share one they would need the right to write
Secrets, and would have to agree on who renews it. A key is made in a process of its own, because
the library that does it would take 14 MiB for as long as the operator lives.

python -m kubectl_kubestash.controllers.certificate DAYS NAME…   prints key and certificate
"""

from __future__ import annotations

import ipaddress
import logging
import ssl
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.x509 import GeneralName

_LOG = logging.getLogger(__name__)
LIFETIME = timedelta(days=90)
_SLOW_CLOCKS = timedelta(hours=1)
"""A caller's clock may be behind by so much."""
_MADE_WITHIN = 60.0
_AGAIN_AFTER = timedelta(minutes=1)


class Certificates:
    """Always has one that is valid: a new one is made when a third of the time is left."""

    def __init__(
        self,
        names: Sequence[str],
        *,
        lifetime: timedelta = LIFETIME,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        make: Callable[[Sequence[str], timedelta], bytes] | None = None,
    ) -> None:
        self._names = tuple(names)
        self._lifetime = lifetime
        self._now = now
        self._make = make or _in_another_process
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._due = datetime.min.replace(tzinfo=UTC)

    def context(self) -> ssl.SSLContext:
        """For the next connection. Raises OSError when not even a first one could be made."""
        with self._lock:
            if self._context is None or self._now() >= self._due:
                self._renew()
            assert self._context is not None
            return self._context

    def _renew(self) -> None:
        try:
            self._context = context_of(self._make(self._names, self._lifetime))
        except (OSError, subprocess.SubprocessError) as error:
            if self._context is None:
                raise OSError(f"no certificate could be made: {error}") from error
            _LOG.warning("the certificate could not be renewed: %s", error)
            self._due = self._now() + _AGAIN_AFTER
        else:
            self._due = self._now() + self._lifetime * 2 / 3


def made(names: Sequence[str], lifetime: timedelta, now: datetime) -> bytes:
    """A new key and its certificate for these DNS names and IP addresses, as PEM."""
    from cryptography import x509  # noqa: PLC0415 - in a process of its own
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    itself = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubestash-operator")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(itself)
        .issuer_name(itself)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLOW_CLOCKS)
        .not_valid_after(now + lifetime)
        .add_extension(
            x509.SubjectAlternativeName([general_name(each) for each in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def general_name(text: str) -> GeneralName:
    """A DNS name or an IP address, as a certificate holds it."""
    from cryptography import x509  # noqa: PLC0415 - in a process of its own

    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _in_another_process(names: Sequence[str], lifetime: timedelta) -> bytes:
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__, str(lifetime.days), *names],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=_MADE_WITHIN,
    )
    return done.stdout


def context_of(pem: bytes) -> ssl.SSLContext:
    """What a server with this key and certificate, both PEM, shows its callers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL reads files only. This one is ours alone, in memory in a Pod, and gone at once.
    with tempfile.TemporaryDirectory(prefix="kubestash-") as folder:
        file = Path(folder) / "key.pem"
        file.touch(mode=0o600)
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context


if __name__ == "__main__":
    _days, *_names = sys.argv[1:]
    sys.stdout.buffer.write(made(_names, timedelta(days=int(_days)), datetime.now(UTC)))
