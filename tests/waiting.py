"""Waiting for what comes true by itself: never for a time, always for an answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Failed(AssertionError):
    """Something did not become as the test expects; the message has all there is to know."""


def eventually(
    question: Callable[[], Any],
    *,
    within: float = 180,
    every: float = 0.1,
    what: str | Callable[[], str] = "",
) -> Any:
    """The answer, as soon as it is true. Raises Failed with the last one when the time is up.

    `within` and `every` are seconds; `what` is said of what was waited for, at the end if need be.
    """
    end = time.monotonic() + within
    while not (answer := question()):
        if time.monotonic() > end:
            told = what if isinstance(what, str) else what()
            raise Failed(f"not within {within:g} s: {told or question}: {answer!r}")
        time.sleep(every)
    return answer
