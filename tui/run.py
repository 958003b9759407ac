"""Running the monitor in this terminal."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .app import Monitor
    from .options import Options
    from .source import Source

_NO_COLOR = "NO_COLOR"


def run(source: Source, options: Options) -> int:
    """Show the source until the user leaves. The exit code: 0, or 128 and a signal's number.

    What it dies of is raised when the terminal is as it was.
    """
    app = monitor(source, options)
    app.run()
    if app.crash is not None:
        raise app.crash
    return app.return_code or 0


def monitor(source: Source, options: Options) -> Monitor:
    """The monitor, not yet running."""
    from .app import Monitor  # noqa: PLC0415 - Textual

    with _colors(is_wanted=options.has_color):
        return Monitor(source, options)


@contextmanager
def _colors(*, is_wanted: bool) -> Iterator[None]:
    """Textual takes NO_COLOR, even an empty one, for its own wish, and out of the environment.

    So it finds there what was decided, and whoever is started from here finds what was there.
    """
    before = os.environ.pop(_NO_COLOR, None)
    if not is_wanted:
        os.environ[_NO_COLOR] = "1"
    try:
        yield
    finally:
        os.environ.pop(_NO_COLOR, None)
        if before is not None:
            os.environ[_NO_COLOR] = before
