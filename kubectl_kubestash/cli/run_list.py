"""`backup list` and `restore list`: which runs, and in which form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION
from ..errors import UsageError
from . import lookup, output, session_table
from .selection import Selection, parse_fields

if TYPE_CHECKING:
    from ..api.resources import Resource
    from .settings import Settings

PHASES = ("Pending", "Running", "Succeeded", "Failed", "Skipped", "Invalid", "Unknown")
Labels = Annotated[
    str, typer.Option("--selector", "-l", metavar="LABELS", help="Only with these labels.")
]
Phase = Annotated[
    str, typer.Option("--phase", metavar="PHASE", help="Only in this phase, such as Failed.")
]
NoHeaders = Annotated[bool, typer.Option("--no-headers", "--no-header", help="Rows only.")]
Form = Annotated[str, typer.Option("--output", "-o", metavar="FORM", help=output.HELP)]


class Listed(NamedTuple):
    """Which runs are listed, and how."""

    labels: str = ""
    phase: str = ""
    configuration: str = ""
    form: str = ""
    headers: bool = True


def show(settings: Settings, resource: Resource, listed: Listed) -> None:
    """List the runs of this kind. Raises UsageError, and NotFound for an unknown configuration."""
    fields = _phase(listed.phase)
    if listed.configuration:
        fields = f"{fields},spec.invoker.name={listed.configuration}"
    if listed.form:
        from .objects import Asked, list_objects  # noqa: PLC0415 - only with -o

        asked = Asked(
            (resource.plural,),
            form=listed.form,
            labels=listed.labels,
            fields=fields,
            sort_by="age",
            no_headers=not listed.headers,
        )
        list_objects(settings, asked)
        return
    selection = Selection(listed.labels, parse_fields(fields))
    if resource == BACKUP_SESSION:
        is_any = session_table.backup_sessions(settings, selection, headers=listed.headers)
    else:
        is_any = session_table.restore_sessions(settings, selection, headers=listed.headers)
    if is_any:
        return
    if listed.configuration and not settings.all_namespaces:
        lookup.key(settings.client, BACKUP_CONFIGURATION, settings.namespace, listed.configuration)
    session_table.nothing(settings)


def _phase(word: str) -> str:
    """The phase as a field selector. Raises UsageError for one that there is not."""
    if not word:
        return ""
    known = next((phase for phase in PHASES if phase.lower() == word.lower()), "")
    if not known:
        raise UsageError(f"--phase {word} is not known", f"choose one of: {', '.join(PHASES)}")
    return f"status.phase={known}"
