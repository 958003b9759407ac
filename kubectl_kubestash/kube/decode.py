"""Decode what the API server sends, whatever somebody has put into an object.

The server takes values that are nested ten thousand deep where a schema lets anything pass. Python
gives up long before, and one such object in a list would hide all the others.
"""

from __future__ import annotations

import json
import re

_DEEPEST = 200
"""Nobody means what is nested deeper than this."""
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
"""What may stand around a value: https://www.rfc-editor.org/rfc/rfc8259#section-2."""
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def decode(data: bytes) -> object:
    """The JSON value; when it is nested too deep, null stands for its depths. Raises ValueError."""
    try:
        # json.loads() would look first whether it is UTF-16.
        text = data.decode().strip(_SPACE)
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        return json.loads(_cut(data))
    if end != len(text):
        raise ValueError(f"something follows the JSON: {text[end : end + 40]!r}")
    return value


def _cut(data: bytes) -> bytes:
    kept: list[bytes] = []
    depth, start = 0, 0
    for token in _TOKEN.finditer(data):
        match data[token.start() : token.start() + 1]:
            case b"{" | b"[":
                depth += 1
                if depth == _DEEPEST + 1:
                    kept += [data[start : token.start()], b"null"]
            case b"}" | b"]":
                if depth == _DEEPEST + 1:
                    start = token.end()
                depth -= 1
    return b"".join([*kept, data[start:]])
