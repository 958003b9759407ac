"""A server for those who ask how the operator is: TLS, renewal, callers who say nothing."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from kubectl_kubestash.controllers.certificate import Certificates, made
from kubectl_kubestash.controllers.serving import Answer, Asked, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = ("localhost", "127.0.0.1")


class Maker:
    """Makes certificates in this process, or fails to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.calls = 0
        self.fails = False

    def __call__(self, names: Sequence[str], lifetime: timedelta) -> bytes:
        self.calls += 1
        if self.fails:
            raise subprocess.SubprocessError("no")
        return made(names, lifetime, self.now)


def _certificates(maker: Maker) -> Certificates:
    return Certificates(NAMES, lifetime=timedelta(days=9), now=lambda: maker.now, make=maker)


def _echo(asked: Asked) -> Answer:
    return Answer(200, f"{asked.path} {asked.authorization}".encode())


@pytest.fixture
def secure() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), _echo, tls=_certificates(Maker()).context)
    server.start()
    yield server
    server.stop()


def test_a_certificate_names_the_server_and_is_trusted_by_who_knows_it() -> None:
    pem = made((*NAMES, "kubestash-operator-metrics.kubestash.svc"), timedelta(days=1), _now())
    certificate = x509.load_pem_x509_certificate(pem)

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "localhost",
        "kubestash-operator-metrics.kubestash.svc",
    ]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert certificate.not_valid_before_utc < _now() < certificate.not_valid_after_utc


def _now() -> datetime:
    return datetime.now(UTC)


def test_the_one_that_is_used_is_made_in_a_process_of_its_own() -> None:
    context = Certificates(NAMES).context()

    assert context.cert_store_stats()["x509"] == 0, "it trusts nobody"
    server = Server(("127.0.0.1", 0), _echo, tls=lambda: context)
    server.start()
    try:
        pem = ssl.get_server_certificate(("127.0.0.1", server.port), timeout=30)
    finally:
        server.stop()
    certificate = x509.load_pem_x509_certificate(pem.encode())
    left = certificate.not_valid_after_utc - _now()
    assert timedelta(days=89) < left <= timedelta(days=90)


def test_it_is_renewed_when_a_third_of_its_time_is_left() -> None:
    maker = Maker()
    certificates = _certificates(maker)
    first = certificates.context()

    maker.now += timedelta(days=5)
    assert certificates.context() is first
    maker.now += timedelta(days=1)
    assert certificates.context() is not first
    assert maker.calls == 2


def test_the_old_one_serves_on_when_no_new_one_can_be_made() -> None:
    maker = Maker()
    certificates = _certificates(maker)
    first = certificates.context()
    maker.now, maker.fails = maker.now + timedelta(days=7), True

    assert certificates.context() is first
    assert certificates.context() is first
    assert maker.calls == 2, "it is not tried for each caller"
    maker.now, maker.fails = maker.now + timedelta(minutes=2), False
    assert certificates.context() is not first


def test_without_a_first_one_nothing_is_served() -> None:
    maker = Maker()
    maker.fails = True

    with pytest.raises(OSError, match="no certificate could be made"):
        _certificates(maker).context()


def _ask(server: Server) -> tuple[int, str]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=context)
    try:
        connection.request("GET", "/metrics?a=b", headers={"Authorization": "Bearer x"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_path_and_authorization_reach_the_answer(secure: Server) -> None:
    assert _ask(secure) == (200, "/metrics Bearer x")


def test_who_connects_and_says_nothing_holds_up_nobody(secure: Server) -> None:
    silent = [socket.create_connection(("127.0.0.1", secure.port)) for _ in range(8)]
    try:
        assert _ask(secure)[0] == 200
    finally:
        for each in silent:
            each.close()


def test_plain_http_gets_no_answer_where_tls_is_spoken(secure: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", secure.port, timeout=30)
    connection.request("GET", "/metrics")
    with pytest.raises((http.client.HTTPException, OSError)):
        connection.getresponse()
    connection.close()


def test_only_get_is_answered() -> None:
    server = Server(("127.0.0.1", 0), _echo)
    server.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", "/metrics", body=b"x")
        assert connection.getresponse().status == 501
        connection.close()
    finally:
        server.stop()
