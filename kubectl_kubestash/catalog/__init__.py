"""The Addons and Functions that we bring along."""

from __future__ import annotations

from typing import Any


def documents() -> list[dict[str, Any]]:
    """All Functions, then all Addons, ready to be applied."""
    raise NotImplementedError
