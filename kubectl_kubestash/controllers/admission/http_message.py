"""One HTTP/1.1 request in bytes, one answer as bytes (RFC 9112), as far as a webhook needs it.

The parser of the standard library takes longer for the head than the whole review does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

LONGEST_HEAD = 16 * 1024
LONGEST_BODY = 7 * 1024 * 1024
"""Two objects of the largest size that the API server takes, and some room."""
_END = b"\r\n\r\n"


class BadRequest(Exception):
    """What cannot be answered but with this code; the connection is closed after it."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Head(NamedTuple):
    """The first line and the fields of a request."""

    path: str
    """Without its query."""

    size: int
    """Bytes of head and body together."""

    body_at: int
    keeps_alive: bool


def head_of(data: bytes | bytearray) -> Head | None:
    """The head of the request that begins here; None while it is not complete.

    Raises BadRequest for what is no POST of JSON of a known length.
    """
    end = data.find(_END, 0, LONGEST_HEAD)
    if end < 0:
        if len(data) >= LONGEST_HEAD:
            raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        return None
    first, *lines = bytes(data[:end]).decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    fields: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition(":")
        name = name.lower()
        if not sign or name in fields:
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        fields[name] = value.strip()
    if words[0] != "POST":
        raise BadRequest(HTTPStatus.METHOD_NOT_ALLOWED)
    length = _length(fields)
    keeps_alive = words[2] == "HTTP/1.1" and fields.get("connection", "").lower() != "close"
    body_at = end + len(_END)
    return Head(words[1].partition("?")[0], body_at + length, body_at, keeps_alive)


def _length(fields: dict[str, str]) -> int:
    if "transfer-encoding" in fields or not fields.get("content-length"):
        raise BadRequest(HTTPStatus.LENGTH_REQUIRED)
    text = fields["content-length"]
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    if len(text) > 12 or int(text) > LONGEST_BODY:
        raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if fields.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequest(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return int(text)


def answer(code: int, body: bytes, content_type: str, *, keeps_alive: bool) -> bytes:
    """The bytes of an answer."""
    phrase = HTTPStatus(code).phrase
    close = "" if keeps_alive else "Connection: close\r\n"
    head = (
        f"HTTP/1.1 {code} {phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{close}X-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode() + body


def refusal(status: HTTPStatus) -> bytes:
    """The bytes of the answer to a request that cannot be answered otherwise."""
    body = f"{status.phrase}\n".encode()
    return answer(status.value, body, "text/plain; charset=utf-8", keeps_alive=False)
