"""What does a finished container say about its work?

A runner writes its result as JSON into the termination message of its container, so that the
operator learns it even when the runner could not reach the API server. The kubelet keeps 4096 bytes
(https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/), so what is
longer is packed (deflate, base85), and where that is not enough, errors are cut and lists are ended
early until the whole fits. Ids, names and paths are never cut: half an id on record is lost data.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

LIMIT = 4096
VERSION = 1
_ENDED_EARLY = frozenset({"removed", "repositories", "denied"})
"""Lists of which an entry that is left out is told by a later run."""

SHORTEST = 1
"""Characters of an error that has no room: it says that there is one, and the log says which."""

_PACKED = "packed"
_RAW = -15
"""Deflate without a header: https://docs.python.org/3.11/library/zlib.html#zlib.compress."""

_LONGEST = 1 << 20
"""Bytes of an unpacked result: whoever runs pods beside ours may write one that never ends."""


def encode(task: str, owner: str, result: Mapping[str, Any]) -> str:
    """The termination message of a `task` that worked for `owner` (`namespace/name`).

    At most 4096 bytes; what does not fit even so is not told at all.
    """
    document, tried = {**_head(task, owner), **result}, None
    for room, entries in (
        *((room, None) for room in (2048, 1024, 512, 256, 128, 64)),
        *((64, entries) for entries in (256, 128, 64, 32, 16, 8, 4, 0)),
        *((room, 0) for room in (32, 16, SHORTEST)),
    ):
        shortened = _shortened(document, room, entries)
        if shortened == tried:
            continue
        tried, text = shortened, _written(shortened)
        if len(text) <= LIMIT:
            return text
        text = _written({**_head(task, owner), _PACKED: _packed(text)})
        if len(text) <= LIMIT:
            return text
    return _written({**_head(task, owner), "error": "result too large"})


def decode(message: str, task: str, owner: str) -> dict[str, Any] | None:
    """The result in a termination message, or None when it is not one of this task and owner."""
    document = _read(message, task, owner)
    if document is not None and _PACKED in document:
        document = _read(_unpacked(document[_PACKED]), task, owner)
        return None if document is None or _PACKED in document else document
    return document


def _read(message: str, task: str, owner: str) -> dict[str, Any] | None:
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    told = (document.get("v"), document.get("task"), document.get("owner"))
    return document if told == (VERSION, task, owner) else None


def _head(task: str, owner: str) -> dict[str, Any]:
    return {"v": VERSION, "task": task, "owner": owner}


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True)


def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode(), wbits=_RAW)).decode()


def _unpacked(packed: object) -> str:
    """The text again; empty for what is none or too long."""
    stream = zlib.decompressobj(wbits=_RAW)
    try:
        data = stream.decompress(base64.b85decode(str(packed)), _LONGEST)
        return data.decode() if stream.eof else ""
    except (ValueError, zlib.error):
        return ""


def _shortened(value: Any, room: int, entries: int | None, *, name: str = "") -> Any:
    """`room` is for each error, in characters; `entries` for each list that may end early."""
    if isinstance(value, str) and name == "error" and len(value) > room:
        return value[: room // 2] + "…" + value[len(value) - room // 2 + 1 :]
    if isinstance(value, Mapping):
        return {key: _shortened(item, room, entries, name=key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        kept = value[:entries] if name in _ENDED_EARLY else value
        return [_shortened(item, room, entries) for item in kept]
    return value
