"""The head of an answer, read without the parser for mail that http.client uses.

That parser takes a tenth of all the operator's time: it looks for MIME parts and folded addresses,
which no API server sends. What is read here is the header section of HTTP/1.1 alone
(https://www.rfc-editor.org/rfc/rfc9112#name-field-syntax).
"""

from __future__ import annotations

import http.client
from http import HTTPStatus
from typing import IO, Any

_LONGEST_LINE = 65_536
_MOST_LINES = 100
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Headers:
    """The fields of an answer's head; their names are the same in small and in capital letters."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}

    def add(self, name: str, value: str) -> None:
        """One more line with this name."""
        self._values.setdefault(name.lower(), []).append(value)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value, or the default."""
        values = self._values.get(name.lower())
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """All values, in their order."""
        return self._values.get(name.lower(), [])


class Response(http.client.HTTPResponse):
    """An answer whose `headers` are Headers. Everything behind the head is http.client's."""

    headers: Any
    msg: Any

    def begin(self) -> None:
        """Read the head. Raises HTTPException when it is not one."""
        if self.headers is not None:
            return
        version, status, reason = self._final_status()
        self.code = self.status = status
        self.reason = reason.strip()
        if not version.startswith(("HTTP/1.", "HTTP/0.9")):
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in ("HTTP/1.0", "HTTP/0.9") else 11
        self.headers = self.msg = read_headers(self.fp)
        self.chunked = (self.headers.get("Transfer-Encoding") or "").lower() == "chunked"
        self.chunk_left = None
        self.length = self._body_length()
        # Without a length, the end of the connection is the end of the body.
        is_open_end = not self.chunked and self.length is None
        self.will_close = self._is_last() or is_open_end

    def _final_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
            if status != HTTPStatus.CONTINUE:
                return version, status, reason
            read_headers(self.fp)

    def _body_length(self) -> int | None:
        if self.status in _WITHOUT_BODY or 100 <= self.status < 200:
            return 0
        text = self.headers.get("Content-Length") or ""
        return int(text) if text.isdecimal() and not self.chunked else None

    def _is_last(self) -> bool:
        """Whether the server closes the connection behind this answer."""
        said = (self.headers.get("Connection") or "").lower()
        return "close" in said if self.version == 11 else "keep-alive" not in said


def read_headers(source: IO[bytes]) -> Headers:
    """The header lines up to the empty one. Raises HTTPException for what cannot be headers."""
    headers = Headers()
    for _ in range(_MOST_LINES + 1):
        line = source.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, colon, value = line.decode("iso-8859-1").partition(":")
        if not colon or name != name.strip():
            raise http.client.HTTPException(f"no header: {name[:40]!r}")
        headers.add(name, value.strip())
    raise http.client.HTTPException(f"more than {_MOST_LINES} header lines")
