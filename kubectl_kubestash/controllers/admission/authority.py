"""The certificate that the API server finds at the webhook, and the authority that has signed it.

Both are kept in one Secret, so that all replicas show the same. When the authority is renewed, the
one before stays trusted for a while, so that nobody is refused in between.

python -m kubectl_kubestash.controllers.admission.authority   reads JSON and writes JSON: in a
process of its own, because the library would take 14 MiB for as long as the operator lives
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ..certificate import general_name
from .issuing import Pair, key_pem, new_authority, new_certificate, pem, slack
from .terms import CA, CA_KEY, CERTIFICATE, KEY, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from cryptography.x509 import Certificate


class Kept(NamedTuple):
    """What belongs into the Secret."""

    data: dict[str, bytes]
    due: datetime
    """When it has to be looked at again."""

    is_new_authority: bool
    """Whether callers have to be told before the certificate is used."""


def kept_up(
    data: Mapping[str, bytes],
    names: Sequence[str],
    *,
    terms: Terms,
    now: datetime,
    trusted: bytes = b"",
) -> Kept:
    """What is there, if it is sound and not due; else with all that it lacks made anew.

    `names` are what the webhook is called by; `trusted` are authorities that certificates in use
    may have been signed by, for when `data` holds none.
    """
    authority = _pair(data.get(CA, b""), data.get(CA_KEY, b""))
    others = _certificates(trusted if authority is None else data.get(CA, b""))
    renewed = authority is None or _is_due(authority.certificate, terms.authority, now)
    if renewed or authority is None:
        authority = new_authority(terms.authority, now)
    trusting = [authority.certificate]
    if now < _made(authority.certificate, terms.authority) + terms.overlap:
        trusting += [each for each in dict.fromkeys(others) if _may_stay(each, trusting, now)][:1]
    serving = _pair(data.get(CERTIFICATE, b""), data.get(KEY, b""))
    if serving is None or not _serves(serving, authority, names, terms=terms, now=now):
        serving = new_certificate(authority, names, terms.certificate, now)
    found = {
        CA: b"".join(map(pem, trusting)),
        CA_KEY: key_pem(authority.key),
        CERTIFICATE: pem(serving.certificate),
        KEY: key_pem(serving.key),
    }
    due = [
        authority.certificate.not_valid_after_utc - terms.authority / 3,
        serving.certificate.not_valid_after_utc - terms.certificate / 3,
    ]
    if len(trusting) > 1:
        due.append(_made(authority.certificate, terms.authority) + terms.overlap)
    return Kept(found, min(due), renewed)


def _made(certificate: Certificate, lifetime: timedelta) -> datetime:
    return certificate.not_valid_before_utc + slack(lifetime)


def _is_due(certificate: Certificate, lifetime: timedelta, now: datetime) -> bool:
    is_early = now < certificate.not_valid_before_utc
    return is_early or now >= certificate.not_valid_after_utc - lifetime / 3


def _may_stay(other: Certificate, trusting: Sequence[Certificate], now: datetime) -> bool:
    return other not in trusting and now < other.not_valid_after_utc


def _serves(
    serving: Pair, authority: Pair, names: Sequence[str], *, terms: Terms, now: datetime
) -> bool:
    certificate = serving.certificate
    try:
        certificate.verify_directly_issued_by(authority.certificate)
        extension = x509.SubjectAlternativeName
        found = certificate.extensions.get_extension_for_class(extension).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    wanted = {general_name(each) for each in names}
    return wanted <= set(found) and not _is_due(certificate, terms.certificate, now)


def _pair(certificate: bytes, key: bytes) -> Pair | None:
    """The first certificate and its key; None when one of them is not, or they do not fit."""
    found = _certificates(certificate)
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not found or not isinstance(private, ec.EllipticCurvePrivateKey):
        return None
    return Pair(found[0], private) if found[0].public_key() == private.public_key() else None


def _certificates(text: bytes) -> list[Certificate]:
    try:
        return x509.load_pem_x509_certificates(text)
    except ValueError:
        return []


def asked(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The answer of this program to what it reads: `kept_up` with all bytes in base64."""
    found = kept_up(
        {name: base64.b64decode(value) for name, value in document["data"].items()},
        document["names"],
        terms=Terms.of(document["terms"]),
        now=now,
        trusted=base64.b64decode(document["trusted"]),
    )
    data = {name: base64.b64encode(value).decode() for name, value in found.data.items()}
    return {
        "data": data,
        "due": found.due.isoformat(),
        "isNewAuthority": found.is_new_authority,
    }


if __name__ == "__main__":
    json.dump(asked(json.load(sys.stdin), datetime.now(UTC)), sys.stdout)
