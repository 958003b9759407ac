"""How do findings and messages word what they say?"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from .findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_SUPPORTED = "NotSupported"


def not_supported(owner: str, field: str, what: str) -> Finding:
    """This version does not honour the field, and so nothing is run."""
    return Finding(NOT_SUPPORTED, f"{owner}: {field}: {what} is not supported yet.", field)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause that names the words close to this one, or all of them when they are few."""
    words = list(dict.fromkeys(each for each in known if each))
    by_lower = {each.lower(): each for each in words}
    close = difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=0.6)
    if close:
        return f" Did you mean {' or '.join(by_lower[each] for each in close)}?"
    if words and len(words) <= 8:
        return f" There is {', '.join(words)}."
    return ""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`, `2 entries`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
