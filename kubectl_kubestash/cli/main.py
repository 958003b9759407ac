"""The one place where a run begins and ends."""

from __future__ import annotations

import errno
import io
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


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run(arguments: Sequence[str], settings: Settings | None = None) -> int:
    """Run one command line. Returns its exit code; all errors are on stderr by then."""
    settings = settings or Settings()
    _prepare_streams()
    sys.excepthook = _crash_hook(settings)
    try:
        return _run(arguments, settings)
    except BrokenPipeError:
        _forget_what_is_left()
        return ExitCode.BROKEN_PIPE
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _forget_what_is_left()
        diagnostics.line(f"error: this cannot be written: {error.strerror}")
        return ExitCode.FAILURE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _run(arguments: Sequence[str], settings: Settings) -> int:
    try:
        settings.read_environment()
        code = _dispatch(arguments, settings)
        sys.stdout.flush()
    except KubeStashError as error:
        diagnostics.report(error, as_json=settings.json_errors)
        if settings.verbosity >= 9:
            sys.__excepthook__(type(error), error, error.__traceback__)
        return of_error(error)
    return code


def _prepare_streams() -> None:
    """Those that were closed (`<&-`) are None, and not every letter fits into every encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _forget_what_is_left() -> None:
    """Nobody reads it any more, and Python would complain again when it flushes at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


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
