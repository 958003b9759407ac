"""Certificates of the webhook: made, kept, renewed in time, and healed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from kubectl_kubestash.controllers.admission.authority import Kept, kept_up
from kubectl_kubestash.controllers.admission.terms import CA, CA_KEY, CERTIFICATE, KEY, Terms

NAMES = ("hook.kubestash.svc", "127.0.0.1")
TERMS = Terms(
    authority=timedelta(days=300), certificate=timedelta(days=30), overlap=timedelta(hours=1)
)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def kept(data: dict[str, bytes], now: datetime = NOW, trusted: bytes = b"") -> Kept:
    return kept_up(data, NAMES, terms=TERMS, now=now, trusted=trusted)


def authorities(found: Kept) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(found.data[CA])


def serving(found: Kept) -> x509.Certificate:
    return x509.load_pem_x509_certificate(found.data[CERTIFICATE])


def test_what_is_made_first_is_signed_by_its_authority_and_names_the_server() -> None:
    found = kept({})

    (authority,) = authorities(found)
    serving(found).verify_directly_issued_by(authority)
    names = serving(found).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hook.kubestash.svc"]
    assert found.is_new_authority
    assert found.due == NOW + timedelta(days=20)


def test_what_is_sound_stays_byte_by_byte() -> None:
    first = kept({})
    again = kept(first.data, NOW + timedelta(days=19))

    assert again.data == first.data
    assert not again.is_new_authority


def test_a_certificate_is_renewed_when_a_third_of_its_time_is_left() -> None:
    first = kept({})
    again = kept(first.data, first.due)

    assert again.data[CA] == first.data[CA]
    assert again.data[CERTIFICATE] != first.data[CERTIFICATE]
    serving(again).verify_directly_issued_by(authorities(first)[0])


def test_an_authority_is_renewed_with_the_one_before_trusted_for_a_while() -> None:
    first = kept({})
    due = NOW + timedelta(days=200)
    again = kept(first.data, due)

    assert again.is_new_authority
    assert authorities(again)[1:] == authorities(first)
    serving(again).verify_directly_issued_by(authorities(again)[0])
    assert again.due == due + TERMS.overlap
    later = kept(again.data, again.due)
    assert authorities(later) == authorities(again)[:1]
    assert not later.is_new_authority
    assert later.data[CERTIFICATE] == again.data[CERTIFICATE]


def test_what_is_lost_is_made_anew_while_what_is_in_use_stays_trusted() -> None:
    first = kept({})
    again = kept({}, NOW + timedelta(days=1), trusted=first.data[CA])

    assert authorities(again)[1:] == authorities(first)
    assert authorities(again)[0] != authorities(first)[0]


@pytest.mark.parametrize("part", [CA, CA_KEY, CERTIFICATE, KEY])
@pytest.mark.parametrize("value", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_part_that_is_broken_or_of_another_is_made_anew(part: str, value: bytes) -> None:
    first, other = kept({}), kept({})
    for wrong in (value, other.data[part]):
        found = kept({**first.data, part: wrong})
        serving(found).verify_directly_issued_by(authorities(found)[0])
        assert kept(found.data).data == found.data
        assert found.is_new_authority == (part in {CA, CA_KEY})


def test_what_ended_while_nobody_was_there_is_made_anew_and_trusted_no_more() -> None:
    first = kept({})
    found = kept(first.data, NOW + timedelta(days=400))

    assert found.is_new_authority
    assert len(authorities(found)) == 1


def test_another_name_needs_another_certificate_of_the_same_authority() -> None:
    first = kept({})
    found = kept_up(first.data, ["elsewhere.svc"], terms=TERMS, now=NOW)

    assert found.data[CA] == first.data[CA]
    assert found.data[CERTIFICATE] != first.data[CERTIFICATE]
