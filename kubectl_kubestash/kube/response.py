"""An answer, read without the parser for mail that http.client uses, and in few steps.

That parser takes a tenth of all the operator's time: it looks for MIME parts and folded addresses,
which no API server sends. What is read here is the header section of HTTP/1.1 alone
(https://www.rfc-editor.org/rfc/rfc9112#name-field-syntax). http.client reads a body in chunks with
two system calls for each chunk; every event of a watch is one.
"""

from __future__ import annotations

import http.client
from http import HTTPStatus
from typing import IO, Any

from .chunks import Chunks

_LONGEST_LINE = 65_536
_MOST_LINES = 100
_BLOCK = 1 << 14
"""As much as TLS hands over at once."""
_END = b"\r\n\r\n"
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Headers:
    """The fields of an answer's head; their names are the same in small and in capital letters."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}

    def take(self, line: str) -> bool:
        """One more line; False when it is no header."""
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            return False
        self._values.setdefault(name.lower(), []).append(value.strip())
        return True

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
    _chunks: Chunks | None = None

    def begin(self) -> None:
        """Read the head. Raises HTTPException when it is not one."""
        if self.headers is not None:
            return
        headers = self._read_at_once() or self._read_by_lines()
        self.headers = self.msg = headers
        self.chunked = (headers.get("Transfer-Encoding") or "").lower() == "chunked"
        self.chunk_left = None
        self._chunks = Chunks() if self.chunked else None
        self.length = self._body_length()
        # Without a length, the end of the connection is the end of the body.
        is_open_end = not self.chunked and self.length is None
        self.will_close = self._is_last() or is_open_end

    def read(self, amt: int | None = None) -> bytes:
        """The rest of the body, or so much of it at most. Raises IncompleteRead when it is cut."""
        if self._chunks is None or amt is not None:
            return super().read(amt)
        pieces = []
        while piece := self.read1():
            pieces.append(piece)
        return b"".join(pieces)

    def read1(self, n: int = -1) -> bytes:
        """What has come of the body by now, or waits until something has; empty at the end.

        `n` limits only what was sent in one piece.
        """
        if self._chunks is None:
            return super().read1(n)
        piece = b""
        while not piece and not self.isclosed():
            block = self.fp.read1(_BLOCK)
            if not block:
                raise http.client.IncompleteRead(b"")
            piece = self._chunks.feed(block)
            if self._chunks.ended:
                self._close_conn()  # type: ignore[attr-defined]
        return piece

    def _read_at_once(self) -> Headers | None:
        """Read a head that came whole and looks as usual; None, and nothing is read, if not."""
        seen = self.fp.peek()
        end = seen.find(_END)
        if end < 0:
            return None
        line, *lines = seen[:end].decode("iso-8859-1").split("\r\n")
        version, _, status = line.partition(" ")
        code, _, reason = status.partition(" ")
        if version != "HTTP/1.1" or len(code) != 3 or not code.isdecimal() or code < "200":
            return None
        headers = Headers()
        if len(lines) > _MOST_LINES or "\n" in line or not all(map(headers.take, lines)):
            return None
        self.fp.read(end + len(_END))
        self.code = self.status = int(code)
        self.reason, self.version = reason.strip(), 11
        return headers

    def _read_by_lines(self) -> Headers:
        """Read any head. Raises HTTPException when it is not one."""
        version, status, reason = self._final_status()
        self.code = self.status = status
        self.reason = reason.strip()
        if not version.startswith(("HTTP/1.", "HTTP/0.9")):
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in ("HTTP/1.0", "HTTP/0.9") else 11
        return read_headers(self.fp)

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
        text = line.decode("iso-8859-1")
        if not headers.take(text):
            raise http.client.HTTPException(f"no header: {text[:40]!r}")
    raise http.client.HTTPException(f"more than {_MOST_LINES} header lines")
