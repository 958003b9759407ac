"""`get`: the server's own tables in plain columns, whole objects, and the view of sessions."""

from __future__ import annotations

from typing import Annotated

import typer

from . import output
from .frame import settings_of, single
from .objects import Asked, list_objects


def get(
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(metavar="KIND[,KIND] [NAME…]", help="Kinds, or kind/name, or `all`."),
    ],
    *,
    form: Annotated[str, typer.Option("--output", "-o", metavar="FORM", help=output.HELP)] = "",
    labels: Annotated[
        str, typer.Option("--selector", "-l", metavar="LABELS", help="Only with these labels.")
    ] = "",
    fields: Annotated[
        str,
        typer.Option(
            "--field-selector", metavar="FIELDS", help="Only with these values: status.phase=Failed"
        ),
    ] = "",
    sort_by: Annotated[
        str, typer.Option("--sort-by", metavar="PATH", help="JSONPath, or one of: name, age.")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with changes.")] = False,
    no_headers: Annotated[
        bool, typer.Option("--no-headers", "--no-header", help="Rows only.")
    ] = False,
    show_labels: Annotated[
        bool, typer.Option("--show-labels", help="One more column: the labels.")
    ] = False,
    ignore_not_found: Annotated[
        bool, typer.Option("--ignore-not-found", help="Nothing there is no error.")
    ] = False,
) -> None:
    """List KubeStash objects.

    Kinds go by plural, singular, kind or short name: backupconfigurations, bc, repo, fn. "sessions"
    shows BackupSessions with progress, size and the reason of a failure; "all" is what kubectl's
    own "all" has: not Snapshots and RetentionPolicies.

    Fields other than metadata.name and metadata.namespace are compared here, not by the server.

    Examples:
    # every BackupConfiguration of the cluster
    kubectl kubestash get bc -A

    # what runs, how far it is, and why the others failed
    kubectl kubestash get sessions -n demo

    # the names of all snapshots of one repository
    kubectl kubestash get snapshots -l kubestash.com/repo-name=s3-repo -o name
    """
    asked = Asked(
        what=tuple(what),
        form=form,
        labels=labels,
        fields=fields,
        sort_by=sort_by,
        watch=watch,
        no_headers=no_headers,
        show_labels=show_labels,
        ignore_not_found=ignore_not_found,
    )
    list_objects(settings_of(context), asked)


app = single(get)
