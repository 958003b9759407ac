"""What does the finishing Job tell of each Repository, and of how many is there room to tell?"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from . import results

if TYPE_CHECKING:
    from collections.abc import Sequence

TASK = "finish"
APPLIED, FAILED_TO_APPLY, SKIPPED = "Applied", "FailedToApply", "Skipped"

_FEW = 8
"""So many always fit, whatever they are called."""

_MANY = 600
"""So many never fit: the figures of each are seven bytes that cannot be packed."""

_LONGEST_NAME = 253


def most_that_fit(namespace: str, repositories: Sequence[str]) -> int:
    """How many of these, the first ones, one run can tell of, whatever becomes of each."""
    if len(repositories) <= _FEW:
        return len(repositories)
    more = range(_FEW + 1, min(len(repositories), _MANY) + 1)
    return _FEW + bisect_left(more, True, key=lambda most: not _fit(namespace, repositories[:most]))


def _fit(namespace: str, repositories: Sequence[str]) -> bool:
    owner = f"{namespace}/{'x' * _LONGEST_NAME}"
    worst = {"repositories": {name: _worst(name) for name in repositories}}
    document = results.decode(results.encode(TASK, owner, worst), TASK, owner)
    return document is not None and "repositories" in document


def _worst(name: str) -> dict[str, Any]:
    """A result that cannot be packed well: figures that are like no other's."""
    digest = hashlib.sha512(name.encode()).digest()
    return {
        "uploaded": bool(digest[0] % 2),
        "retention": (APPLIED, FAILED_TO_APPLY, SKIPPED)[digest[1] % 3],
        "removed": [],
        "orphans": int.from_bytes(digest[2:4]),
        "size": int.from_bytes(digest[4:11]),
        "error": "…",
    }
