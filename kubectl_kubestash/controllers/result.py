"""What does one pass of a reconciler say about the next one?"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple


class Result(NamedTuple):
    """When to look at the object again, if nothing happens to it before."""

    after: timedelta | None = None


def done() -> Result:
    """Nothing to do until a watched object changes."""
    return Result()


def after(delay: timedelta) -> Result:
    """Look again after `delay`, even if nothing changes."""
    return Result(max(delay, timedelta(seconds=0)))


def soonest(*results: Result) -> Result:
    """The earliest of these wishes."""
    delays = [result.after for result in results if result.after is not None]
    return Result(min(delays)) if delays else done()
