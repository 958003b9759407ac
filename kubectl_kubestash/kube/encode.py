"""Texts of JSON as API servers read them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_PLAIN = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_NOT_PLAIN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Signs that YAML takes as an escape only: it would refuse them, or break a line there."""


def encode(value: Mapping[str, Any]) -> bytes:
    """The body of a request."""
    return _ENCODER.encode(value).encode()


def encode_for_yaml(value: Mapping[str, Any]) -> bytes:
    r"""The same for a reader of YAML, which the server has for server-side apply.

    JSON writes a sign such as 😀 as two escapes, `\ud83d\ude00`. A reader of YAML refuses
    both (https://yaml.org/spec/1.2.2/#57-escaped-characters), so it gets the sign itself.
    """
    text = _NOT_PLAIN.sub(lambda match: f"\\u{ord(match[0]):04x}", _PLAIN.encode(value))
    return text.encode("utf-8", "surrogatepass")
