"""`restore`: start, list, wait for and read restores."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api.resources import RESTORE_SESSION, ObjectKey
from . import lookup, output, run_list, run_logs, waiting
from .frame import Command, group, settings_of
from .start_restore import Order, start

app = group("Restore from a snapshot.")


@app.command(cls=Command)
def now(
    context: typer.Context,
    *,
    repo: Annotated[
        str, typer.Option("--repo", metavar="NAME", help="Repository to restore from.")
    ] = "",
    snapshot: Annotated[
        str,
        typer.Option(
            "--snapshot", metavar="NAME", help="Snapshot, or @latest: the newest good one."
        ),
    ] = lookup.LATEST,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="TARGET", help="KIND/NAME or KIND/NAMESPACE/NAME to write to."
        ),
    ] = "",
    components: Annotated[
        str, typer.Option("--components", metavar="NAMES", help="Only these, joined by commas.")
    ] = "",
    addon: Annotated[
        str, typer.Option("--addon", metavar="NAME", help="Addon, if not the backup's own.")
    ] = "",
    task: Annotated[
        str, typer.Option("--task", metavar="NAME", help="Its task, if not the one that fits.")
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="Parameter of the task; repeatable."),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the RestoreSession.")
    ] = "",
    wait: waiting.Wait = False,
    follow: waiting.Follow = False,
    timeout: waiting.Timeout = "",
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: name, json, yaml.")
    ] = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Restore from a snapshot, into the place it came from or another one.

    It says what will be overwritten and asks; --yes answers. With --wait or --follow the exit code
    says how it ended: 0 succeeded, 3 failed, 6 still running after --timeout.

    Examples:
    # put the newest good snapshot of a repository back where it came from
    kubectl kubestash restore now --repo s3-repo -n demo --follow

    # into another volume, without a question
    kubectl kubestash restore now --repo s3-repo --to pvc/files-copy --yes --wait

    # see the RestoreSession that would be made
    kubectl kubestash restore now --snapshot s3-repo-files-hourly-1763690400 --dry-run=client
    """
    order = Order(
        repository=repo,
        snapshot=snapshot,
        to=to,
        components=tuple(part for part in components.split(",") if part),
        addon=addon,
        task=task,
        parameters=tuple(param or ()),
        name=name,
        dry_run=waiting.check_dry_run(dry_run),
        form=output.parse_format(form, allowed=("name", "json", "yaml")),
        wait=wait or follow,
        follow=follow,
        timeout=waiting.seconds(timeout),
    )
    start(settings_of(context), order)


@app.command("list", cls=Command)
def list_(
    context: typer.Context,
    *,
    labels: run_list.Labels = "",
    phase: run_list.Phase = "",
    no_headers: run_list.NoHeaders = False,
    form: run_list.Form = "",
) -> None:
    """List restores with progress and the reason of a failure; the newest is last.

    Examples:
    kubectl kubestash restore list -n demo
    """
    listed = run_list.Listed(labels, phase, form=form, headers=not no_headers)
    run_list.show(settings_of(context), RESTORE_SESSION, listed)


@app.command(cls=Command)
def wait(
    context: typer.Context,
    sessions: Annotated[
        list[str], typer.Argument(metavar="SESSION…", help="RestoreSessions, or @latest.")
    ],
    *,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", "-f", help="Show every step.")
    ] = True,
    timeout: waiting.Timeout = "",
) -> None:
    """Wait until restores have ended, and say by the exit code how.

    Examples:
    kubectl kubestash restore wait @latest -n demo --timeout 30m
    """
    from .follow import Run  # noqa: PLC0415 - only those who wait load the views

    settings = settings_of(context)
    limit = waiting.seconds(timeout)
    found = lookup.find_all(settings.client, RESTORE_SESSION, settings.namespace, sessions)
    keys = [ObjectKey(settings.namespace, item["metadata"]["name"]) for item in found]
    runs = [Run(RESTORE_SESSION, key) for key in keys]
    waiting.finish(settings, runs, follow=follow, timeout=limit)


@app.command(cls=Command)
def logs(
    context: typer.Context,
    session: Annotated[
        str, typer.Argument(metavar="SESSION", help="A RestoreSession, or @latest.")
    ] = lookup.LATEST,
    *,
    follow: run_logs.Follow = False,
    tail: run_logs.Tail = -1,
    container: run_logs.Container = "",
    timestamps: run_logs.Timestamps = False,
) -> None:
    """Print the logs of the Pods of a restore, in the order in which they ran.

    Examples:
    kubectl kubestash restore logs @latest -n demo
    """
    run_logs.show(
        context,
        RESTORE_SESSION,
        session,
        follow=follow,
        tail=tail,
        container=container,
        timestamps=timestamps,
    )
