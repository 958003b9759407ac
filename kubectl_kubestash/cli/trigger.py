"""`trigger`: the name that upstream's plugin gives `backup now`, with its flag."""

from __future__ import annotations

from typing import Annotated

import typer

from .frame import settings_of, single
from .start_backup import Order, start


def trigger(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="BackupConfiguration to run.")],
    *,
    sessions: Annotated[
        str,
        typer.Option(
            "--sessions", metavar="NAMES", help="Sessions, joined by commas. All if none."
        ),
    ] = "",
) -> None:
    """Start a backup now (the name upstream gives 'backup now').

    Examples:
    kubectl kubestash trigger files --sessions hourly,daily -n demo
    """
    wanted = tuple(session.strip() for session in sessions.split(",") if session.strip())
    start(settings_of(context), Order((name,), sessions=wanted))


app = single(trigger)
