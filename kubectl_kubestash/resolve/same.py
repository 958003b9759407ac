"""Is this the very object that was judged before?

Models are frozen, but hold mappings, so they cannot be keys of a cache; and comparing them costs
as much as judging them again. While nothing changes in the cluster, the operator holds the same
few Addons and Functions, so it is enough to know them again.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A key that is equal to another one of the same object only. It keeps the object alive."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)
