"""What a runner leaves behind for people and for the operator."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..errors import KubeStashError
from ..resolve import results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .redact import Redactor
    from .surroundings import Surroundings


class Narrator:
    """Lines for the log of the pod, redacted."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, line: str) -> None:
        """Print one line to stderr."""
        _say(self._redactor.text(line))


def leave_result(
    surroundings: Surroundings,
    redactor: Redactor,
    *,
    task: str,
    owner: object,
    result: Mapping[str, Any],
) -> None:
    """Write the termination message; a container without such a file goes without one."""
    _leave(surroundings, results.encode(task, str(owner), redactor.errors(result)))


def leave_cause(surroundings: Surroundings, cause: str) -> None:
    """Say in the termination message why a task came to no result, unless it came to one."""
    with suppress(OSError):
        if surroundings.termination_file.stat().st_size:
            return
    _leave(surroundings, cause)


def withdraw_result(surroundings: Surroundings, cause: str) -> None:
    """Put a cause in the place of what was left so far: the task has to be done again."""
    _leave(surroundings, cause)


def _leave(surroundings: Surroundings, text: str) -> None:
    try:
        surroundings.termination_file.write_text(text)
    except OSError as error:
        _say(f"The termination message cannot be written: {error}")


_SKEWED = ("RequestTimeTooSkewed", "difference between the request time and the")
"""How S3 servers refuse a signature from another time
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""


def reason_of(error: Exception, *, room: int = 2000) -> str:
    """An error as the text of a status field: what, then what to do about it."""
    if isinstance(error, KubeStashError):
        text = " ".join([error.message, *error.hints])
    else:
        text = f"{type(error).__name__}: {error}"
    if any(sign in text for sign in _SKEWED):
        text += " The clock of the node and that of the store differ: set the node's clock right."
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
