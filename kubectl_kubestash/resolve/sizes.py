"""How much is that? Texts of sizes, as KubeStash's status fields hold them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_BINARY = (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) (B|KiB|MiB|GiB|TiB)")


def format_size(n: int) -> str:
    """Binary units, three places: `10.240 MiB`. Up to and including 1024 it is bytes: `13 B`."""
    for unit, factor in _BINARY:
        if n > factor:
            return f"{n / factor:.3f} {unit}"
    return f"{n} B"


def parse_size(text: str) -> int:
    """The bytes of such a text, to the precision that it has. Raises UsageError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is not a size: it should look like `10.240 MiB`.")
    try:
        return round(float(match[1]) * {**dict(_BINARY), "B": 1}[match[2]])
    except OverflowError:
        raise UsageError(f"{text[:20]!r}… is not the size of anything.") from None


def sum_of_sizes(texts: Iterable[object]) -> int:
    """The bytes of all of them together; one that is no size counts nothing.

    They stand in status fields, where others write, too, and a sum is worth no failed pass.
    """
    total = 0
    for text in texts:
        with suppress(UsageError):
            total += parse_size(str(text))
    return total


def decimal_size(n: float) -> str:
    """Decimal units, four digits: `393.9MB`. The form of live progress."""
    step = 0
    while n >= 1000 and step < len(_DECIMAL) - 1:
        n /= 1000
        step += 1
    return f"{n:.4g}{_DECIMAL[step]}"
