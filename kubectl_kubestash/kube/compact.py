"""Makes a decoded object small before it is kept.

Each JSON document that is decoded brings its own copy of every word: `metadata`, `namespace`, the
same label values, the same uids. A cache of thousands of objects is mostly such copies; with one
copy of each it takes half the memory.
"""

from __future__ import annotations

from sys import intern
from typing import Any

_SHORT = 80
"""Longer texts, such as messages, are seldom the same twice."""


def compact(value: Any) -> Any:
    """The same JSON value, with each key and short text taken from those that are kept already."""
    kind = type(value)
    if kind is dict:
        return {intern(key): compact(inner) for key, inner in value.items()}
    if kind is str:
        return intern(value) if len(value) <= _SHORT else value
    if kind is list:
        return [compact(inner) for inner in value]
    return value
