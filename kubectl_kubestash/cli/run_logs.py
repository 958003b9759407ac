"""`backup logs` and `restore logs`: what the Pods of a run have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from . import lookup
from .frame import settings_of

if TYPE_CHECKING:
    from ..api.resources import Resource

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until it ends.")]
Tail = Annotated[
    int,
    typer.Option(
        "--tail",
        metavar="LINES",
        help="Only the last lines of each container.",
        show_default="all",
    ),
]
Container = Annotated[
    str, typer.Option("--container", "-c", metavar="NAME", help="Only this container.")
]
Timestamps = Annotated[bool, typer.Option("--timestamps", help="The time before each line.")]


def show(
    context: typer.Context,
    resource: Resource,
    word: str,
    *,
    follow: bool,
    tail: int,
    container: str,
    timestamps: bool,
) -> None:
    """Print the logs of the run that `word` names: a name or @latest. Raises NotFound."""
    from . import pod_logs  # noqa: PLC0415 - only these two commands read logs

    settings = settings_of(context)
    item = lookup.get(settings.client, resource, settings.namespace, word)
    wanted = pod_logs.Wanted(follow, tail if tail >= 0 else None, container, timestamps)
    pod_logs.show(settings, resource, item, wanted)
