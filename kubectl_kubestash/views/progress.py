"""How far is a component, how fast, and how long will it take?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..resolve.durations import format_duration
from . import size
from .fields import items, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .fields import Raw


class Progress(NamedTuple):
    """Live figures of one component, all paths of it together."""

    percent: float
    done: str
    total: str
    rate: str
    left: str
    """Time that is left, as `1m5s`; empty when it cannot be told."""

    def __str__(self) -> str:
        done = self.done.removesuffix(f" {self.total.rpartition(' ')[2]}")
        parts = [f"{self.percent:.0f}%", f"{done}/{self.total}", self.rate]
        if self.left:
            parts.append(f"ETA {self.left}")
        return "  ".join(part for part in parts if part.strip("/"))


def of_component(component: Raw) -> Progress | None:
    """The progress of a component of a backup or a restore; None before it has any."""
    entries = [mapping(stats, "progress") for stats in items(component, "resticStats")]
    entries = [entry for entry in [*entries, mapping(component, "progress")] if entry]
    if not entries:
        return None
    done = sum(_bytes(entry, "backupDone") or _bytes(entry, "restoreDone") for entry in entries)
    total = sum(_bytes(entry, "total") for entry in entries)
    percent = done * 100 / total if total and len(entries) > 1 else _percent(entries[0])
    seconds = max(_number(text(entry, "secondsElapsed")) for entry in entries)
    return Progress(
        percent=min(percent, 100.0),
        done=size.show(done) if done or total else "",
        total=size.show(total) if total else "",
        rate=_rate(entries),
        left=_left(percent, seconds),
    )


def of_components(components: Iterable[Raw]) -> list[Progress]:
    """How far those of them are that say so."""
    return [figure for component in components if (figure := of_component(component))]


def slowest(components: Iterable[Raw]) -> str:
    """How far the one is that takes longest, and how long it needs yet; empty when none says so."""
    figures = of_components(components)
    if not figures:
        return ""
    found = min(figures, key=lambda figure: figure.percent)
    return f"{found.percent:.0f}% {found.left}".rstrip()


def bar(percent: float, width: int = 10, *, full: str = "▓", empty: str = "░") -> str:
    """A bar of this width."""
    filled = round(percent * width / 100)
    return full * filled + empty * (width - filled)


def _left(percent: float, seconds: float) -> str:
    if percent <= 0 or percent >= 100 or seconds <= 0:
        return ""
    return format_duration(timedelta(seconds=seconds * (100 - percent) / percent))


def _rate(entries: list[Raw]) -> str:
    rates = [size.read(text(entry, "speed").removesuffix("/s")) for entry in entries]
    known = [rate for rate in rates if rate is not None]
    return f"{size.show(sum(known))}/s" if known else text(entries[0], "speed")


def _bytes(entry: Raw, key: str) -> int:
    return size.read(text(entry, key)) or 0


def _percent(entry: Raw) -> float:
    return _number(text(entry, "percentDone").removesuffix("%"))


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
