"""Which variables does an object ask for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SubstitutionError
from ..resolve.substitution import variables_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for child in children:
            yield from leaves(child)


def names(value: str) -> tuple[str, ...]:
    """The variables in one text; none when they cannot be read."""
    try:
        return variables_in(value)
    except SubstitutionError:
        return ()
