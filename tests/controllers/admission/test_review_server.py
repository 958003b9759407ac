"""The server of the webhook: connections that stay, many at once, and callers who mean no good."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.controllers.admission.http_message import LONGEST_BODY
from kubectl_kubestash.controllers.admission.reviewer import Reply
from kubectl_kubestash.controllers.admission.server import ReviewServer
from kubectl_kubestash.controllers.certificate import context_of, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = {"Content-Type": "application/json"}
CONTEXT = context_of(made(("localhost", "127.0.0.1"), timedelta(days=1), datetime.now(UTC)))


def echo(path: str, body: bytes) -> Reply:
    if path == "/broken":
        raise KeyError(path)
    return Reply(200, path.encode() + b" " + body)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str, bytes], Reply]], ReviewServer]]:
    running: list[ReviewServer] = []

    def start(reply: Callable[[str, bytes], Reply]) -> ReviewServer:
        server = ReviewServer(("127.0.0.1", 0), reply, tls=lambda: CONTEXT)
        server.start()
        running.append(server)
        return server

    yield start
    for each in running:
        each.stop()
        assert not each.is_alive


@pytest.fixture
def server(serve: Callable[[Callable[[str, bytes], Reply]], ReviewServer]) -> ReviewServer:
    return serve(echo)


def connect(server: ReviewServer) -> http.client.HTTPSConnection:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=context)


def post(connection: http.client.HTTPSConnection, path: str, body: bytes) -> tuple[int, bytes]:
    connection.request("POST", path, body=body, headers=JSON)
    answer = connection.getresponse()
    return answer.status, answer.read()


def raw(server: ReviewServer, *pieces: bytes) -> bytes:
    """What comes back until the server hangs up, or an answer is there."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    with contextlib.closing(context.wrap_socket(plain)) as sock:
        for piece in pieces:
            sock.sendall(piece)
        return sock.recv(65536)


def test_a_connection_stays_for_many_reviews(server: ReviewServer) -> None:
    connection = connect(server)
    first = post(connection, "/a?timeout=10s", b"1")
    sock = connection.sock
    for number in range(20):
        assert post(connection, "/b", b"%d" % number) == (200, b"/b %d" % number)

    assert first == (200, b"/a 1")
    assert connection.sock is sock
    connection.close()


def test_a_large_body_arrives_whole(server: ReviewServer) -> None:
    body = b"x" * (5 * 1024 * 1024)
    connection = connect(server)

    code, answer = post(connection, "/large", body)

    assert (code, answer) == (200, b"/large " + body)
    connection.close()


def test_requests_that_come_in_one_piece_or_byte_by_byte_are_each_answered(
    server: ReviewServer,
) -> None:
    one = b"POST /a HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\nhi"
    last = one.replace(b"/a", b"/b").replace(b"Content-Len", b"Connection: close\r\nContent-Len")

    assert raw(server, *(bytes([each]) for each in one)).endswith(b"/a hi")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    with contextlib.closing(context.wrap_socket(plain)) as sock:
        sock.sendall(one + one + last)
        received = b""
        while piece := sock.recv(65536):
            received += piece
    assert [received.count(each) for each in (b"/a hi", b"/b hi", b"ion: close")] == [
        2,
        1,
        1,
    ]


def test_fifty_at_a_time_are_all_answered(server: ReviewServer) -> None:
    def many(number: int) -> set[tuple[int, bytes]]:
        connection = connect(server)
        found = {post(connection, f"/{number}", b"x") for _ in range(10)}
        connection.close()
        return found

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(many, range(50)))

    assert found == [{(200, b"/%d x" % number)} for number in range(50)]


@pytest.mark.parametrize(
    ("request_line", "fields", "code"),
    [
        ("GET / HTTP/1.1", "", 405),
        ("POST / HTTP/1.1", "Content-Type: application/json", 411),
        ("POST / HTTP/1.1", "Transfer-Encoding: chunked", 411),
        ("POST / HTTP/1.1", f"Content-Length: {LONGEST_BODY + 1}", 413),
        ("POST / HTTP/1.1", f"Content-Length: {'9' * 5000}", 413),
        ("POST / HTTP/1.1", "Content-Length: -1", 400),
        ("POST / HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2", 400),
        ("POST / HTTP/1.1", "Content-Type: text/plain\r\nContent-Length: 1", 415),
        ("POST / HTTP/1.1", "Content-Length: 1", 415),
        ("POST / HTTP/1.1", f"A: {'b' * 20_000}", 431),
        ("POST / HTTP/1.1", "no field", 400),
        ("POST /", "", 400),
        ("\x00\x01", "", 400),
    ],
)
def test_what_is_no_review_gets_a_code_and_the_connection_ends(
    server: ReviewServer, request_line: str, fields: str, code: int
) -> None:
    between = "\r\n" if fields else ""
    answer = raw(server, f"{request_line}\r\n{fields}{between}\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 %d " % code)
    assert b"Connection: close" in answer


def test_one_review_that_fails_takes_the_server_from_nobody(server: ReviewServer) -> None:
    connection = connect(server)

    assert post(connection, "/broken", b"{}")[0] == 500
    assert post(connection, "/whole", b"{}")[0] == 200
    connection.close()


def test_who_says_nothing_or_nonsense_holds_up_nobody(server: ReviewServer) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
    for each in silent[:20]:
        each.sendall(b"GET / HTTP/1.0\r\n\r\n")
    half = connect(server)
    half.putrequest("POST", "/half")
    half.putheader("Content-Type", "application/json")
    half.putheader("Content-Length", "100")
    half.endheaders(b"only this")
    connection = connect(server)

    assert post(connection, "/", b"1")[0] == 200
    connection.close()
    half.close()
    for each in silent:
        each.close()


def test_more_connections_than_there_is_room_for_push_out_those_that_are_idle(
    server: ReviewServer,
) -> None:
    server.most_connections = 4
    first = connect(server)
    assert post(first, "/", b"1")[0] == 200
    later = [connect(server) for _ in range(6)]

    assert [post(each, "/", b"1")[0] for each in later] == [200] * 6

    with pytest.raises((OSError, http.client.HTTPException)):
        post(first, "/", b"1")
    for each in (first, *later):
        each.close()


def test_bodies_that_are_never_completed_take_no_more_memory_than_is_allowed(
    server: ReviewServer,
) -> None:
    server.most_bytes = 1024 * 1024
    first, second = connect(server), connect(server)
    for each in (first, second):
        each.putrequest("POST", "/")
        each.putheader("Content-Type", "application/json")
        each.putheader("Content-Length", str(700 * 1024))
    first.endheaders(b"x" * 70 * 1024)
    third = connect(server)
    assert post(third, "/", b"small")[0] == 200
    second.endheaders()

    assert second.getresponse().status == 503
    for each in (first, second, third):
        each.close()


def test_what_was_missed_is_looked_for_once_more_and_others_do_not_wait(
    serve: Callable[[Callable[[str, bytes], Reply]], ReviewServer],
) -> None:
    asked: list[tuple[str, float]] = []
    known = threading.Event()

    def reply(path: str, body: bytes) -> Reply:
        asked.append((path, time.monotonic()))
        if path == "/other":
            known.set()
        return Reply(200, b"known" if known.is_set() else b"unknown", is_final=path == "/other")

    server = serve(reply)
    waiting, other = connect(server), connect(server)
    waiting.request("POST", "/waits", body=b"{}", headers=JSON)
    assert post(other, "/other", b"{}") == (200, b"known")
    answer = waiting.getresponse()

    assert answer.read() == b"known"
    assert [path for path, _ in asked] == ["/waits", "/other", "/waits"]
    waiting.close()
    other.close()


def test_without_a_certificate_nobody_is_answered_until_there_is_one() -> None:
    there: list[ssl.SSLContext] = []

    def context() -> ssl.SSLContext:
        if not there:
            raise OSError("there is no certificate yet")
        return there[0]

    server = ReviewServer(("127.0.0.1", 0), echo, tls=context)
    server.start()
    try:
        with contextlib.closing(connect(server)) as early, pytest.raises(OSError, match=r".*"):
            post(early, "/", b"1")
        there.append(CONTEXT)
        with contextlib.closing(connect(server)) as later:
            assert post(later, "/", b"1")[0] == 200
    finally:
        server.stop()
