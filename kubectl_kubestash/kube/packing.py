"""Keep objects of one kind in little memory: written down as what differs from one of them.

A decoded object takes six times the memory of its JSON, mostly for dictionaries. Objects of a kind
have the same fields and differ in names, times and numbers, so one that is compressed after the
pattern of another (a preset dictionary, https://www.rfc-editor.org/rfc/rfc1950#section-2.2) is a
tenth of its JSON, and neither way takes longer than ten microseconds.
"""

from __future__ import annotations

import marshal
import zlib
from typing import Any

Object = dict[str, Any]

_WINDOW = 13
"""Bits; the last 8 KiB are looked through. More has to be cleared each time, which takes longer."""
_MEMORY = 5
_FAST = 1
_LONGER = 1.25
"""An object that is so much longer than the pattern has fields that the pattern lacks."""
_MOST = 8


class Packing:
    """Packs the objects of one kind; only one thread at a time may pack, any may unpack."""

    def __init__(self) -> None:
        self._patterns: list[bytes] = []
        """The first object, and longer ones that came later."""

    def pack(self, item: Object) -> bytes:
        """The object in few bytes, for `unpack` of this very Packing."""
        plain = marshal.dumps(item)
        self._learn(plain)
        number = len(self._patterns) - 1
        press = zlib.compressobj(
            _FAST, zlib.DEFLATED, -_WINDOW, _MEMORY, zdict=self._patterns[number]
        )
        return bytes((number,)) + press.compress(plain) + press.flush()

    def unpack(self, packed: bytes) -> Object:
        """An object equal to the one that was packed: of JSON values nothing is lost."""
        press = zlib.decompressobj(-_WINDOW, zdict=self._patterns[packed[0]])
        # No byte comes from anybody but this process.
        item: Object = marshal.loads(press.decompress(packed[1:]))  # noqa: S302
        return item

    def _learn(self, plain: bytes) -> None:
        known, reach = self._patterns, plain[: 1 << _WINDOW]
        if not known or (len(known) < _MOST and len(reach) > _LONGER * len(known[-1])):
            known.append(reach)
