"""The flags of commands that start or wait for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ..errors import UsageError
from ..resolve.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .follow import Run
    from .settings import Settings

T = TypeVar("T")

Wait = Annotated[bool, typer.Option("--wait", help="Wait until it has ended.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait, and show every step.")]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="TIME", help="Stop waiting after this time, such as 30m."),
]
DryRun = Annotated[
    str,
    typer.Option(
        "--dry-run",
        metavar="HOW",
        help="client prints what would be sent, server lets the server check it.",
    ),
]


def seconds(timeout: str) -> float | None:
    """The limit in seconds; none when no limit was given. Raises UsageError."""
    if not timeout:
        return None
    text = timeout if not timeout.isdigit() else f"{timeout}s"
    length = of_flag("--timeout", text, parse_duration).total_seconds()
    if length < 0:
        raise UsageError(f"--timeout {timeout} is in the past")
    return length


def of_flag(flag: str, text: str, parse: Callable[[str], T]) -> T:
    """What the text of a flag means. Raises UsageError that names the flag."""
    try:
        return parse(text)
    except UsageError as error:
        raise UsageError(f"{flag}: {error.message}", *error.hints) from None


def check_dry_run(how: str) -> str:
    """`client`, `server`, or empty. Raises UsageError."""
    if how not in {"", "none", "client", "server"}:
        raise UsageError(f"--dry-run={how} is not known", "--dry-run=client or --dry-run=server")
    return "" if how == "none" else how


def finish(settings: Settings, runs: Sequence[Run], *, follow: bool, timeout: float | None) -> None:
    """Wait for the runs and leave with the code that says how they ended."""
    from .follow import wait  # noqa: PLC0415 - only those who wait load the views

    code = wait(settings, runs, steps=follow, timeout=timeout)
    raise typer.Exit(int(code))
