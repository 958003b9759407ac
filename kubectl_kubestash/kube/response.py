"""An answer, read without the parser for mail that http.client uses, and in few steps.

That parser takes a tenth of all the operator's time: it looks for MIME parts and folded addresses,
which no API server sends. What is read here is the header section of HTTP/1.1 alone
(https://www.rfc-editor.org/rfc/rfc9112#name-field-syntax). http.client reads a body in chunks with
two system calls for each chunk; every event of a watch is one.
"""

from __future__ import annotations

import http.client
import re
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

from .chunks import Chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINE = 65_536
_MOST_LINES = 100
_BLOCK = 1 << 14
"""As much as TLS hands over at once."""
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-9][0-9]{2})(?: ([^\r\n]*))?\r\n((?:[^\s:]+:[^\r\n]*\r\n){0,%d})\r\n"
    % _MOST_LINES
)
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Headers:
    """The fields of an answer's head; their names are the same in small and in capital letters.

    Of a dozen lines two or three are ever asked for, so they are looked up in the text.
    """

    def __init__(self, lines: str = "") -> None:
        self._text = f"\r\n{lines}"
        self._small = self._text.lower()

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value, or the default."""
        return next(self._values(name), default)

    def get_all(self, name: str) -> list[str]:
        """All values, in their order."""
        return list(self._values(name))

    def _values(self, name: str) -> Iterator[str]:
        mark = f"\r\n{name.lower()}:"
        at = self._small.find(mark)
        while at >= 0:
            end = self._text.find("\r\n", at + len(mark))
            yield self._text[at + len(mark) : end].strip()
            at = self._small.find(mark, end)


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
        found = _HEAD.match(self.fp.peek())
        if found is None:
            return None
        self.fp.read(found.end())
        self.code = self.status = int(found[1])
        self.reason, self.version = (found[2] or b"").decode("iso-8859-1").strip(), 11
        return Headers(found[3].decode("iso-8859-1"))

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
    lines: list[str] = []
    for _ in range(_MOST_LINES + 1):
        line = source.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        text = line.decode("iso-8859-1").rstrip("\r\n")
        if not text:
            return Headers("".join(lines))
        name, colon, _ = text.partition(":")
        if not colon or name != name.strip():
            raise http.client.HTTPException(f"no header: {name[:40]!r}")
        lines.append(f"{text}\r\n")
    raise http.client.HTTPException(f"more than {_MOST_LINES} header lines")
