"""What does a finished container say about its work?

A runner writes its result as JSON into the termination message of its container, so that the
operator learns it even when the runner could not reach the API server. The kubelet keeps 4096 bytes
(https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/), so long
texts are cut until the whole fits; which task and which session it belongs to is never cut.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LIMIT = 4096
VERSION = 1


def encode(task: str, owner: str, result: Mapping[str, Any]) -> str:
    """The termination message of a `task` that worked for `owner` (`namespace/name`).

    Texts are shortened, longest first, until at most 4096 bytes are left.
    """
    document: dict[str, Any] = {"v": VERSION, "task": task, "owner": owner, **result}
    for room in (2048, 1024, 512, 256, 128, 64, 16):
        text = json.dumps(_shortened(document, room), separators=(",", ":"), ensure_ascii=True)
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


def _shortened(value: Any, room: int) -> Any:
    if isinstance(value, str) and len(value) > room:
        return value[: room // 2] + "…" + value[len(value) - room // 2 + 1 :]
    if isinstance(value, Mapping):
        return {key: _shortened(item, room) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(item, room) for item in value]
    return value
