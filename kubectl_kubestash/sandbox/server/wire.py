"""Objects as bytes, and lists of them without decoding any."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .kinds import Kind

Object = dict[str, Any]


def encode(obj: Mapping[str, Any]) -> bytes:
    """JSON with apiVersion and kind first, which `listed` counts on."""
    head = {"apiVersion": obj["apiVersion"], "kind": obj["kind"]}
    return packed({**head, **obj})


def packed(value: object) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def listed(kind: Kind, bodies: Iterable[bytes], metadata: Mapping[str, Any]) -> bytes:
    """A list object; items of Kubernetes' own kinds do not name their kind there."""
    if not kind.is_custom:
        head = len(packed({"apiVersion": kind.api_version, "kind": kind.kind}))
        bodies = (b"{" + body[head:] for body in bodies)
    start = packed({"kind": kind.list_kind, "apiVersion": kind.api_version, "metadata": metadata})
    return start[:-1] + b',"items":[' + b",".join(bodies) + b"]}\n"


def now() -> str:
    """This second, as metadata tells times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
