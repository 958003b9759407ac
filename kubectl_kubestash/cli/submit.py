"""What all `create` commands have in common: their flags, and how a manifest is shown or sent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..api.resources import SECRET, ObjectKey, Resource
from ..resolve.manifest import manifest
from . import output, waiting
from .settings import Settings

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it shall be called.")]
Form = Annotated[
    str, typer.Option("--output", "-o", metavar="FORM", help="One of: name, yaml, json.")
]
UsableFrom = Annotated[
    str,
    typer.Option("--usable-from", metavar="WHO", help="Namespaces that may use it: All or Same."),
]
Default = Annotated[
    bool, typer.Option("--default", help="Take it where a configuration names none.")
]


def submit(
    settings: Settings,
    resource: Resource,
    name: str,
    body: dict[str, Any],
    form: str,
    dry_run: str,
) -> None:
    """Show the manifest, or create it and say so."""
    how = waiting.check_dry_run(dry_run)
    shape = output.parse_format(form, allowed=("name", "yaml", "json"))
    settings.json_errors = shape.name == "json"
    if how == "client":
        home = settings.namespace_flag
        output.documents([manifest(resource, ObjectKey(home, name), **body)], shape)
        return
    document = manifest(resource, ObjectKey(settings.namespace, name), **body)
    created = settings.client.create(resource, document, dry_run=how == "server")
    if resource == SECRET:
        created = {**created, "data": {}} if shape.name in {"yaml", "json"} else created
    if shape.name:
        output.documents([created], shape)
        return
    output.line(f"{output.reference(created)} created{' (server dry run)' if how else ''}")
