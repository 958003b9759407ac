"""Bytes of anybody: a head, not complete yet, or refused with a code, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.controllers.admission.http_message import (
    LONGEST_BODY,
    LONGEST_HEAD,
    BadRequest,
    Head,
    head_of,
)

FIELDS = b"Content-Type: application/json\r\nContent-Length: 3\r\n"
PIECES = st.sampled_from(
    [b"POST ", b"/a", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", FIELDS, b":", b"\x00", b"\xff", b" "]
)


def code_of(data: bytes) -> int:
    """The code that this is refused with; 0 when it is not."""
    try:
        head_of(data)
    except BadRequest as error:
        return int(error.status)
    return 0


@given(st.lists(PIECES | st.binary(max_size=8), max_size=12).map(b"".join))
def test_whatever_comes_is_a_head_or_not_yet_or_a_code(data: bytes) -> None:
    code = code_of(data)
    head = None if code else head_of(data)

    assert code == 0 or 400 <= code < 600
    assert head is None or 0 <= head.size - head.body_at <= LONGEST_BODY
    assert code or head is not None or b"\r\n\r\n" not in data


@given(st.integers(0, len(FIELDS) + 20))
def test_a_head_is_one_only_when_it_is_complete(cut: int) -> None:
    whole = b"POST /a?b=c HTTP/1.1\r\n" + FIELDS + b"\r\n"

    assert head_of(whole[: min(cut, len(whole) - 1)]) is None
    assert head_of(whole + b"abc") == Head("/a", len(whole) + 3, len(whole), keeps_alive=True)


def test_a_head_without_an_end_is_refused_at_a_limit() -> None:
    assert head_of(b"a" * (LONGEST_HEAD - 1)) is None
    with pytest.raises(BadRequest):
        head_of(b"a" * LONGEST_HEAD)
