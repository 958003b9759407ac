"""An answer of HTTP/1.1, straight from the socket (https://www.rfc-editor.org/rfc/rfc9112).

http.client would read it through three layers, and its head with a parser for mail that looks for
MIME parts and folded addresses, which no API server sends; it costs more to load than all else that
a command needs of the network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .chunks import Chunks
from .http_error import HttpError

if TYPE_CHECKING:
    import socket

_LONGEST_HEAD = 65_536
_MOST_LINES = 100
_BLOCK = 1 << 14
"""As much as TLS hands over at once."""
_END = re.compile(rb"\n\r?\n")
"""A pattern that begins with a plain sign is found ten times as fast."""
_STATUS = re.compile(r"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: (.*))?")
_CONTINUE, _NO_CONTENT, _NOT_MODIFIED = 100, 204, 304


class Headers:
    """The fields of a head; their names are the same in small and in capital letters."""

    def __init__(self, lines: list[str]) -> None:
        """Raises HttpError for what cannot be headers."""
        if len(lines) > _MOST_LINES:
            raise HttpError(f"more than {_MOST_LINES} header lines")
        self._values: dict[str, list[str]] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip():
                raise HttpError(f"no header: {name[:40]!r}")
            self._values.setdefault(name.lower(), []).append(value.strip())

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value, or the default."""
        values = self._values.get(name.lower())
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """All values, in their order."""
        return self._values.get(name.lower(), [])


class Response:
    """One answer. Its head is read at once, its body as it is wanted."""

    def __init__(self, sock: socket.socket) -> None:
        """Wait for the head. Raises HttpError when it is not one, OSError from the network."""
        self._receive = sock.recv
        self._rest = b""
        """What has come and was not read yet."""
        self.status = _CONTINUE
        while self.status == _CONTINUE:
            self._read_head()
        self._chunks = Chunks() if self._is_chunked() else None
        self._left = self._length()
        """So much of the body is still to come; None when only its end tells."""
        self.is_ended = self._left == 0
        """Whether the whole body has been read."""
        # Without a length, the end of the connection is the end of the body.
        is_open_end = self._chunks is None and self._left is None
        self.will_close = self._is_last() or is_open_end
        """Whether the server closes the connection behind this answer."""

    def read(self) -> bytes:
        """The rest of the body. Raises HttpError when it is cut."""
        pieces = []
        while piece := self.read_some():
            pieces.append(piece)
        return b"".join(pieces)

    def read_some(self) -> bytes:
        """What has come of the body by now, or waits until something has; empty at the end."""
        piece = b""
        while not piece and not self.is_ended:
            block = self._rest or self._receive(_BLOCK)
            self._rest = b""
            if not block:
                self._end_with_connection()
            elif self._chunks is not None:
                piece = self._chunks.feed(block)
                self.is_ended = self._chunks.ended
            elif self._left is not None:
                piece = block[: self._left]
                self._left -= len(piece)
                self.is_ended = not self._left
            else:
                piece = block
        return piece

    def _end_with_connection(self) -> None:
        if self._chunks is not None or self._left is not None:
            raise HttpError("the answer was cut short")
        self.is_ended = True

    def _read_head(self) -> None:
        while (end := _END.search(self._rest)) is None and len(self._rest) <= _LONGEST_HEAD:
            block = self._receive(_BLOCK)
            if not block:
                raise HttpError("it was closed without an answer")
            self._rest += block
        if end is None or end.start() > _LONGEST_HEAD:
            raise HttpError("a head without end")
        head = self._rest[: end.start() + 1].decode("iso-8859-1")
        text = head.replace("\r\n", "\n").removesuffix("\n")
        self._rest = self._rest[end.end() :]
        first, *lines = text.split("\n")
        found = _STATUS.fullmatch(first)
        if found is None:
            raise HttpError(f"no answer of HTTP/1.1: {first[:40]!r}")
        self.version, self.status = 10 + int(found[1]), int(found[2])
        self.reason = (found[3] or "").strip()
        self.headers = Headers(lines)

    def _is_chunked(self) -> bool:
        return (self.headers.get("Transfer-Encoding") or "").lower() == "chunked"

    def _length(self) -> int | None:
        if self.status in {_NO_CONTENT, _NOT_MODIFIED} or self.status < 200:
            return 0
        text = self.headers.get("Content-Length") or ""
        return int(text) if text.isdecimal() and self._chunks is None else None

    def _is_last(self) -> bool:
        said = (self.headers.get("Connection") or "").lower()
        return "close" in said if self.version == 11 else "keep-alive" not in said
