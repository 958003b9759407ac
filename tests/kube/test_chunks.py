"""Bodies in chunks, however the network cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_kubestash.kube.chunks import Chunks
from kubectl_kubestash.kube.http_error import HttpError


def sent(pieces: list[bytes], *, trailer: bytes = b"") -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
    return chunks + b"0\r\n" + trailer + b"\r\n"


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 60))
def test_a_body_is_the_same_wherever_it_is_cut(pieces: list[bytes], size: int) -> None:
    chunks = Chunks()

    got = b"".join(chunks.feed(block) for block in cut(sent(pieces), size))

    assert got == b"".join(pieces)
    assert chunks.ended


def test_what_has_come_is_given_before_the_chunk_is_whole() -> None:
    chunks = Chunks()

    assert [chunks.feed(block) for block in (b"5\r\nhe", b"ll", b"o")] == [b"he", b"ll", b"o"]
    assert not chunks.ended


def test_extensions_and_trailers_are_passed_over() -> None:
    chunks = Chunks()

    assert chunks.feed(b"2;x=y\r\nok\r\n" + sent([], trailer=b"A: b\r\n")) == b"ok"
    assert chunks.ended


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"{}\r\n", id="no size"),
        pytest.param(b"-1\r\n", id="less than nothing"),
        pytest.param(b"1_0\r\n", id="a number as Python writes it"),
        pytest.param(b"1\r\nab\r\n", id="longer than it said"),
        pytest.param(b"1" * 70_000, id="a line without end"),
    ],
)
def test_what_is_not_in_chunks_is_refused(data: bytes) -> None:
    with pytest.raises(HttpError):
        Chunks().feed(data)
