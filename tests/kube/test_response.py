"""Heads of answers, as servers and proxies send them, beside what http.client makes of them."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.kube.http_error import HttpError
from kubectl_kubestash.kube.response import Headers, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "last answer": b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\n{}",
    "open end": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "no sense in the length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "no reason": b"HTTP/1.1 409\r\nContent-Length: 2\r\n\r\n{}",
    "no body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "continue first": b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "an old proxy": b"HTTP/1.0 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n{}",
    "an old proxy that stays": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
}


@pytest.fixture
def wire() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_an_answer_reads_as_with_the_standard_library(head: bytes) -> None:
    assert facts(head, Response) == facts(head, standard)


def standard(ours: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(ours, method="GET")
    response.begin()
    return response


def facts(head: bytes, kind: Callable[[socket.socket], Response | http.client.HTTPResponse]) -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(head)
        theirs.shutdown(socket.SHUT_WR)
        response = kind(ours)
        found = (response.status, response.reason, response.version, response.will_close)
        return *found, response.read()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(b"no colon\r\n\r\n", id="no colon"),
        pytest.param(b"A: b\r\n folded\r\n\r\n", id="folded"),
        pytest.param(b"A : b\r\n\r\n", id="space before the colon"),
        pytest.param(b"A: " + b"b" * 70_000 + b"\r\n\r\n", id="too long"),
        pytest.param(b"A: b\r\n" * 101 + b"\r\n", id="too many"),
    ],
)
def test_what_no_header_looks_like_is_refused(
    lines: bytes, wire: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = wire
    theirs.sendall(b"HTTP/1.1 200 OK\r\n" + lines)
    with pytest.raises(HttpError):
        Response(ours)


def test_an_answer_in_another_protocol_is_refused(
    wire: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = wire
    theirs.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    with pytest.raises(HttpError):
        Response(ours)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="in the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", id="in the body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            id="between chunks",
        ),
    ],
)
def test_an_answer_that_is_cut_is_never_taken_for_a_whole_one(
    answer: bytes, wire: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = wire
    theirs.sendall(answer)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(HttpError):
        Response(ours).read()


def test_names_are_found_however_they_are_written() -> None:
    headers = Headers(["Retry-After: 3", "warning: a", "Warning: b"])

    assert headers.get("retry-after") == "3"
    assert headers.get_all("WARNING") == ["a", "b"]
    assert (headers.get("Location"), headers.get_all("Location")) == (None, [])
