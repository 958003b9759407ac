"""`describe`: one object, what belongs to it, and what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..api.resources import (
    ADDON,
    BACKUP_BATCH,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    FUNCTION,
    REPOSITORY,
    SNAPSHOT,
)
from ..errors import UsageError
from ..gather.events import events_of
from . import lookup, output, sections, style
from .frame import settings_of, single

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Client, Object
    from ..views.description import Related


def describe(
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(metavar="KIND NAME…", help="A kind and names, or kind/name."),
    ],
    *,
    show_events: Annotated[
        bool, typer.Option("--events/--no-events", help="The events of the object.")
    ] = True,
) -> None:
    """Show one object, and what happened to it.

    @latest stands for the object of this kind that was made last, @latest:SESSION for the last run
    of a session.

    Examples:
    # where is the backup, and what went wrong?
    kubectl kubestash describe session @latest -n demo

    # which tasks has an addon, what can be set, and where does it end up?
    kubectl kubestash describe addon pvc-addon

    kubectl kubestash describe bc/files storage/s3-storage -n demo
    """
    settings = settings_of(context)
    look = style.of_stdout(settings)
    for number, (resource, name) in enumerate(_wanted(what)):
        namespace = settings.namespace if resource.namespaced else ""
        item = lookup.get(settings.client, resource, namespace, name)
        if number:
            output.line("\n")
        show(settings.client, resource, item, look=look, events=show_events)


def show(
    client: Client, resource: Resource, item: Object, *, look: style.Style, events: bool = True
) -> None:
    """Print the description of an object that has been read."""
    from ..views import describe as view  # noqa: PLC0415 - imported when there is something to show

    related = gather(client, resource, item, events=events)
    for line in sections.render(view.describe(resource, item, related), look):
        output.line(line)


def gather(client: Client, resource: Resource, item: Object, *, events: bool = True) -> Related:
    """Read what the description of this object needs beside the object."""
    from ..views.description import Related  # noqa: PLC0415 - as above

    namespace = item["metadata"].get("namespace", "")
    kind = resource.kind
    is_invoker = kind in {BACKUP_CONFIGURATION.kind, BACKUP_BATCH.kind}
    with_snapshots = is_invoker or kind in {BACKUP_SESSION.kind, REPOSITORY.kind}
    is_addon = kind == ADDON.kind
    return Related(
        now=datetime.now(UTC),
        events=events_of(client, item) if events else [],
        snapshots=client.list(SNAPSHOT, namespace) if with_snapshots else [],
        backup_sessions=client.list(BACKUP_SESSION, namespace) if is_invoker else [],
        configurations=client.list(BACKUP_CONFIGURATION) if is_addon else [],
        functions=client.list(FUNCTION) if is_addon else [],
        addons=client.list(ADDON) if kind == FUNCTION.kind else [],
    )


def _wanted(words: list[str]) -> list[tuple[Resource, str]]:
    if all("/" in word for word in words):
        pairs = [word.split("/", 1) for word in words]
        return [(lookup.kind(kind), name) for kind, name in pairs]
    if len(words) < 2:
        kind = lookup.kind(words[0])
        raise UsageError(
            f"which {kind.singular}?",
            f"kubectl kubestash describe {kind.singular} NAME",
            f"kubectl kubestash get {kind.plural}",
        )
    return [(lookup.kind(words[0]), name) for name in words[1:]]


app = single(describe)
