"""`ui`: the monitor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .frame import settings_of, single

if TYPE_CHECKING:
    from .settings import Settings


def ui(
    context: typer.Context,
    *,
    readonly: Annotated[
        bool, typer.Option("--readonly", help="Offer nothing that changes the cluster.")
    ] = False,
) -> None:
    """Follow backups and restores live in the terminal.

    Shows the sessions of the namespace, or with -A of all, with the steps, components, log, events,
    YAML and causes of the selected one. '?' lists the keys, 'q' quits; what runs in the cluster
    goes on.

    Examples:
    kubectl kubestash ui -n demo

    # everything, and nothing can be started by mistake
    kubectl kubestash ui -A --readonly
    """
    settings = settings_of(context)
    if not (sys.stdin.isatty() and settings.draws(terminal=sys.stdout.isatty())):
        raise UsageError("ui needs a terminal", "kubectl kubestash backup list")
    raise typer.Exit(_run(settings, readonly=readonly))


def _run(settings: Settings, *, readonly: bool) -> int:
    from tui.cluster_source import ClusterSource  # noqa: PLC0415 - Textual
    from tui.options import Options  # noqa: PLC0415 - Textual
    from tui.run import run  # noqa: PLC0415 - Textual

    source = ClusterSource(settings.client, settings.scope)
    options = Options(
        context=settings.context or settings.client.login.context,
        is_readonly=readonly,
        is_plain=not settings.unicode,
        has_color=settings.colorful(terminal=True),
        back_up=None if readonly else lambda *words: _back_up(settings, *words),
    )
    return run(source, options)


def _back_up(settings: Settings, namespace: str, configuration: str, session: str) -> str:
    """Start one session by the rules of `backup now`; what was created."""
    from .output import reference  # noqa: PLC0415 - only who starts one
    from .start_backup import Order, create  # noqa: PLC0415 - only who starts one

    order = Order((configuration,), sessions=(session,), namespace=namespace)
    return ", ".join(f"{reference(item)} created" for item in create(settings, order))


app = single(ui)
