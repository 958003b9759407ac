"""Is what came back what was lost?"""

from __future__ import annotations

from .teller import Broken

_SHOWN = 20


def compare(name: str, before: str, after: str) -> None:
    """Compare two fingerprints. Raises Broken with the first lines that differ."""
    if before != after:
        old, new = set(before.splitlines()), set(after.splitlines())
        lines = [f"lost: {line}" for line in old - new] + [f"new: {line}" for line in new - old]
        shown = "\n".join(sorted(lines)[:_SHOWN])
        raise Broken(f"{name}: what came back is not what was lost.\n{shown}")
