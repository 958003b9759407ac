"""Objects as bytes, and lists of them without decoding any."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .kinds import Kind

Object = dict[str, Any]


def packed(value: object) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def listed(kind: Kind, bodies: Iterable[bytes], metadata: Mapping[str, Any]) -> bytes:
    """A list object."""
    start = packed({"kind": kind.list_kind, "apiVersion": kind.api_version, "metadata": metadata})
    return start[:-1] + b',"items":[' + b",".join(bodies) + b"]}\n"
