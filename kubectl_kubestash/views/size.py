"""Sizes as people like to read them, from the texts that the status fields hold."""

from __future__ import annotations

import re

_UNITS = {
    "": 1, "B": 1,
    "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50,
}  # fmt: skip
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kKMGTP]?i?B?)\s*")


def read(text: str) -> int | None:
    """The bytes of `10.240 MiB`, `393.9MB` or `12 B`; None when it is none of these."""
    match = _SIZE.fullmatch(text)
    if match is None or match[2] not in _UNITS:
        return None
    return round(float(match[1]) * _UNITS[match[2]])


def show(count: int) -> str:
    """Three digits that matter: `812 MiB`, `4.1 GiB`, `13 B`."""
    value, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if value < 1000 or unit == "PiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


def brief(text: str) -> str:
    """The same size, shorter; a text that is no size stays as it is."""
    count = read(text)
    return text if count is None else show(count)


def total(texts: list[str]) -> str:
    """The sum of all that can be read; empty when nothing can."""
    counts = [count for text in texts if (count := read(text)) is not None]
    return show(sum(counts)) if counts else ""
