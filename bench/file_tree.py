"""A tree of mixed files: logs that compress well, data that does not, many small ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MIB = 1 << 20
_WORDS = 5_000
_WORD_BYTES = 48


@dataclass(frozen=True)
class _Part:
    name: str
    share: float
    """Of all bytes."""

    sizes: tuple[int, ...]
    """Bytes of its files, in turns."""

    is_text: bool = False


_PARTS = (
    _Part("media", 0.35, (4 * _MIB, 17 * _MIB)),
    _Part("logs", 0.30, (2 * _MIB, _MIB), is_text=True),
    _Part("database", 0.20, (128 * _MIB,)),
    _Part("pages", 0.09, (9_000, 31_000, 2_000), is_text=True),
    _Part("pictures", 0.06, (60_000, 200_000)),
)


def write(root: Path, mebibytes: int) -> int:
    """Write a tree of this size, the same each time; how many files it has."""
    chance = random.Random("kubestash")
    words = [_word(chance) for _ in range(_WORDS)]
    return sum(_write_part(root, part, mebibytes * _MIB, chance, words) for part in _PARTS)


def warm(root: Path) -> int:
    """Read everything once, so that it is in the page cache; how many bytes that was."""
    return sum(_length(path) for path in root.rglob("*") if path.is_file())


def _length(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while block := file.read(_MIB):
            total += len(block)
    return total


def _write_part(
    root: Path, part: _Part, total: int, chance: random.Random, words: list[bytes]
) -> int:
    count = 0
    for size in _sizes(part, int(total * part.share)):
        folder = root / part.name / f"{count // 500:03}"
        folder.mkdir(parents=True, exist_ok=True)
        content = _text(chance, words, size) if part.is_text else chance.randbytes(size)
        (folder / f"{count:06}").write_bytes(content)
        count += 1
    return count


def _sizes(part: _Part, left: int) -> Iterator[int]:
    while left > 0:
        for size in part.sizes:
            yield min(size, left) if left > 0 else 0
            left -= size
            if left <= 0:
                return


def _word(chance: random.Random) -> bytes:
    return chance.randbytes(_WORD_BYTES // 2).hex().encode()


def _text(chance: random.Random, words: list[bytes], size: int) -> bytes:
    lines: Iterable[bytes] = chance.choices(words, k=size // (_WORD_BYTES + 1) + 1)
    return b"\n".join(lines)[:size]
