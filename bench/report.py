"""A figure as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .figure import Figure, Result

_HEADER = ("", "median", "min", "max", "unit", "runs", "bar", "holds")


def text(name: str, figure: Figure) -> str:
    """Title, table, details."""
    rows = [_HEADER, *(_row(result) for result in figure.results)]
    lines = ["", f"{name}: {figure.what}", *_aligned(rows), *_details(figure.details)]
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    numbers = (result.median, min(result.samples), max(result.samples))
    verdict = {True: "yes", False: "NO", None: ""}[result.holds]
    bar = "" if result.bar is None else str(result.bar)
    shown = (f"{number:.4g}" for number in numbers)
    return (result.name, *shown, result.unit, str(len(result.samples)), bar, verdict)


def _details(details: Mapping[str, Any]) -> Iterator[str]:
    for title, content in details.items():
        if isinstance(content, dict):
            yield f"  {title}:"
            yield from _aligned([(f"  {key}", str(value)) for key, value in content.items()])
        else:
            yield f"  {title}: {content}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  " + "  ".join(cells).rstrip() for cells in padded]
