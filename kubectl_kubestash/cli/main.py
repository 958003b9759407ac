"""The one place where a run begins and ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..errors import KubeStashError
from . import diagnostics, quick
from .exit_codes import ExitCode, of_error
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType


def run(arguments: Sequence[str], settings: Settings | None = None) -> int:
    """Run one command line. Returns its exit code; all errors are on stderr by then."""
    settings = settings or Settings()
    sys.excepthook = _crash_hook(settings)
    try:
        settings.read_environment()
        code = _dispatch(arguments, settings)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone, and Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    except KubeStashError as error:
        diagnostics.report(error, as_json=settings.json_errors)
        if settings.verbosity >= 9:
            sys.__excepthook__(type(error), error, error.__traceback__)
        return of_error(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return code


def _dispatch(arguments: Sequence[str], settings: Settings) -> int:
    if quick.run(arguments, settings):
        return ExitCode.OK
    from .root import dispatch  # noqa: PLC0415 - typer, which a plain `get` does without

    return dispatch(arguments, settings)


def _crash_hook(settings: Settings) -> Callable[..., None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if settings.verbosity >= 9 or os.environ.get("KUBESTASH_DEBUG"):
            sys.__excepthook__(kind, error, trace)
            return
        diagnostics.line(f"error: this is a bug: {kind.__name__}: {error}")
        diagnostics.line("hint: -v 9 shows where it happened; please report it")

    return hook
