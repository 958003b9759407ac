"""What does a finished container say about its work?

A runner writes its result as JSON into the termination message of its container, so that the
operator learns it even when the runner could not reach the API server. The kubelet keeps 4096 bytes
(https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/), so errors
are cut and lists are ended early until the whole fits. Ids, names and paths are never cut: half an
id on record is lost data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LIMIT = 4096
VERSION = 1
_ENDED_EARLY = frozenset({"removed", "repositories", "denied"})
"""Lists of which an entry that is left out is told by a later run."""


def encode(task: str, owner: str, result: Mapping[str, Any]) -> str:
    """The termination message of a `task` that worked for `owner` (`namespace/name`).

    At most 4096 bytes; what does not fit even so is not told at all.
    """
    document: dict[str, Any] = {"v": VERSION, "task": task, "owner": owner, **result}
    for room, entries in (
        *((room, None) for room in (2048, 1024, 512, 256, 128, 64)),
        *((64, entries) for entries in (256, 128, 64, 32, 16, 8, 4, 0)),
    ):
        shortened = _shortened(document, room, entries)
        text = json.dumps(shortened, separators=(",", ":"), ensure_ascii=True)
        if len(text) <= LIMIT:
            return text
    return json.dumps({"v": VERSION, "task": task, "owner": owner, "error": "result too large"})


def decode(message: str, task: str, owner: str) -> dict[str, Any] | None:
    """The result in a termination message, or None when it is not one of this task and owner."""
    try:
        document = json.loads(message)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    if (document.get("v"), document.get("task"), document.get("owner")) != (VERSION, task, owner):
        return None
    return document


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
