"""What was measured, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Bar:
    """The limit that a median must keep."""

    limit: float
    is_floor: bool = False
    """Whether more is better."""

    def __str__(self) -> str:
        return f"{'≥' if self.is_floor else '≤'} {self.limit:g}"

    def holds(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.limit if self.is_floor else value <= self.limit


@dataclass(frozen=True)
class Result:
    """One quantity, measured once or more often."""

    name: str
    unit: str
    samples: Sequence[float]
    bar: Bar | None = None

    @property
    def median(self) -> float:
        """What the bar is held against."""
        return median(self.samples)

    @property
    def holds(self) -> bool | None:
        """Whether the median keeps the bar; None where there is none."""
        return None if self.bar is None else self.bar.holds(self.median)

    def document(self) -> dict[str, Any]:
        """As it is kept in figures.json."""
        return {
            "name": self.name,
            "unit": self.unit,
            "runs": len(self.samples),
            "median": _rounded(self.median),
            "min": _rounded(min(self.samples)),
            "max": _rounded(max(self.samples)),
            "bar": None if self.bar is None else str(self.bar),
            "holds": self.holds,
        }


@dataclass(frozen=True)
class Figure:
    """One line of the list of figures, with all that explains it."""

    what: str
    """What was done, in one sentence."""

    results: Sequence[Result]
    details: Mapping[str, Any] = field(default_factory=dict)
    """Where the time or the calls went; kept as JSON and printed below the table."""

    def document(self) -> dict[str, Any]:
        """As it is kept in figures.json."""
        return {
            "what": self.what,
            "results": [result.document() for result in self.results],
            "details": dict(self.details),
        }


def ratios(name: str, ours: Sequence[float], theirs: Sequence[float], bar: Bar) -> Result:
    """Ours divided by theirs, run by run: each pair was measured side by side."""
    pairs = zip(ours, theirs, strict=True)
    return Result(name, "ratio", tuple(our / their for our, their in pairs), bar)


def _rounded(value: float) -> float:
    return round(value, 4) if abs(value) < 10 else round(value, 2)
