"""A body that comes in chunks, taken apart as it comes.

https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding
"""

from __future__ import annotations

import re

from .http_error import HttpError

_LONGEST_LINE = 65_536
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)

_FIRST = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")
_LINE_END = b"\r\n"
_BEHIND = {len(end): end for end in (_LINE_END, _LINE_END + b"0\r\n\r\n")}
"""What may follow a chunk: its end alone, or that of the whole body with it."""


class Chunks:
    """Takes what came from the network, and gives what is in it."""

    def __init__(self) -> None:
        self.ended = False
        """Whether the last chunk and what follows it have come."""
        self._rest = b""
        """The beginning of a line."""
        self._left = 0
        """So much is missing of the chunk."""
        self._in_chunk = False
        """Whether the line end behind the chunk is still to come."""
        self._in_trailer = False

    def feed(self, block: bytes) -> bytes:
        """The content of this block. Raises HttpError when it is not in chunks."""
        if (content := self._only_one(block)) is not None:
            return content
        data, at, pieces = self._rest + block, 0, list[bytes]()
        self._rest = b""
        while not self.ended:
            if self._left:
                pieces.append(data[at : at + self._left])
                at += len(pieces[-1])
                self._left -= len(pieces[-1])
                if self._left:
                    break
            end = data.find(b"\n", at)
            if end < 0:
                self._rest = data[at:]
                if len(self._rest) > _LONGEST_LINE:
                    raise HttpError("a chunk's size without end")
                break
            self._take(data[at:end].removesuffix(b"\r"))
            at = end + 1
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _only_one(self, block: bytes) -> bytes | None:
        """The content of a block that is one whole chunk, as with most events of a watch.

        With most answers to other requests, the last chunk, which is empty, is there as well.
        """
        if self._rest or self._left or self._in_chunk or self._in_trailer:
            return None
        found = _FIRST.match(block)
        if found is None:
            return None
        start, size = found.end(), int(found[1], 16)
        left = len(block) - start - size
        if not size or left not in _BEHIND or block[start + size :] != _BEHIND[left]:
            return None
        self.ended = left > len(_LINE_END)
        return block[start : start + size]

    def _take(self, line: bytes) -> None:
        """One line between chunks."""
        if self._in_trailer:
            self.ended = not line
        elif self._in_chunk:
            if line:
                raise HttpError(f"a chunk goes on behind its end: {line[:40]!r}")
            self._in_chunk = False
        else:
            found = _SIZE.fullmatch(line)
            if found is None:
                raise HttpError(f"no size of a chunk: {line[:40]!r}")
            self._left = int(found[1], 16)
            self._in_chunk = self._left > 0
            self._in_trailer = self._left == 0
