"""How a certificate of the webhook is made. Loads `cryptography`: only for a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ..certificate import general_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_SLOW_CLOCKS = timedelta(hours=1)


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def slack(lifetime: timedelta) -> timedelta:
    """By how much a caller's clock may be behind."""
    return min(_SLOW_CLOCKS, lifetime / 10)


def new_authority(lifetime: timedelta, now: datetime) -> Pair:
    """One that signs certificates from now on."""
    return _issued("kubestash-webhook-ca", None, (), span=(now - slack(lifetime), now + lifetime))


def new_certificate(
    authority: Pair, names: Sequence[str], lifetime: timedelta, now: datetime
) -> Pair:
    """One for a server of these names, which ends with its authority at the latest."""
    end = min(now + lifetime, authority.certificate.not_valid_after_utc)
    return _issued("kubestash-webhook", authority, names, span=(now - slack(lifetime), end))


def _issued(
    title: str, issuer: Pair | None, names: Sequence[str], *, span: tuple[datetime, datetime]
) -> Pair:
    """A certificate by this authority, or, without one, an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    # Two authorities must not have one name: a caller would try the wrong key.
    common = title if issuer else f"{title} {number:x}"[:64]
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=None if issuer else 0),
            critical=True,
        )
        .add_extension(_usage(is_authority=issuer is None), critical=True)
    )
    if issuer:
        alternative = x509.SubjectAlternativeName([general_name(each) for each in names])
        usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(alternative, critical=False)
        builder = builder.add_extension(usage, critical=False)
    return Pair(builder.sign(signer, hashes.SHA256()), key)


def _usage(*, is_authority: bool) -> x509.KeyUsage:

    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as text."""
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as text, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
