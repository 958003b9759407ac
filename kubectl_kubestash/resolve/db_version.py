"""Which of the images that a Function offers fits a version of the database?

A Function may list `availableVersions`, one of which becomes the variable DB_VERSION in its image:
the highest of the database's own major version that is not newer, or else the nearest one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Numbers = tuple[int, ...]


def choose_version(available: Sequence[str], wanted: str) -> str:
    """The entry to use; empty when there is none. An unreadable `wanted` gets the newest."""
    known = sorted((_numbers(each), each) for each in available)
    if not known:
        return ""
    asked = _numbers(wanted)
    if not asked:
        return known[-1][1]
    # 17 means any 17: it is filled up, so that 17.2 is not newer.
    ceiling = asked if len(asked) > 2 else (*asked, *(1 << 30,) * (3 - len(asked)))
    not_newer = [entry for entry in known if entry[0] <= ceiling]
    same = [entry for entry in known if entry[0][:1] == asked[:1]]
    for choice in ([entry for entry in same if entry in not_newer], same[:1], not_newer, known[:1]):
        if choice:
            return choice[-1][1]
    return known[-1][1]


def _numbers(text: str) -> Numbers:
    """`10.11.6-jammy` → (10, 11, 6), `alma-8.1.32-e3d3` → (8, 1, 32)."""
    found = re.search(r"\d{1,9}(?:\.\d{1,9})*", text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()
