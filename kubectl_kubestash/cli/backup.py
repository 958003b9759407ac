"""`backup`: start, list, wait for and read backups."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from ..api.resources import BACKUP_SESSION, ObjectKey
from . import lookup, output, run_list, run_logs, waiting
from .frame import Command, group, settings_of
from .start_backup import Order, start

app = group("Start backups, follow them, read their logs.")

Configurations = Annotated[
    list[str], typer.Argument(metavar="NAME…", help="BackupConfigurations to run.")
]


@app.command(cls=Command)
def now(
    context: typer.Context,
    names: Configurations,
    *,
    session: Annotated[
        list[str] | None,
        typer.Option("--session", metavar="NAME", help="Only this session; may be repeated."),
    ] = None,
    all_sessions: Annotated[
        bool, typer.Option("--all-sessions", help="All sessions: what happens without --session.")
    ] = False,
    wait: waiting.Wait = False,
    follow: waiting.Follow = False,
    timeout: waiting.Timeout = "",
    force: Annotated[
        bool,
        typer.Option("--force", help="Also when paused, not ready, or running (then skipped)."),
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; kept in an annotation.")
    ] = "",
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: name, json, yaml.")
    ] = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Start a backup now, without waiting for its schedule.

    It is refused (exit code 8) while the configuration is paused or not ready, or the session runs
    already. With --wait or --follow the exit code says how the backup ended: 0 succeeded, 3 failed,
    4 some of several failed, 5 skipped, 6 still running after --timeout. Ctrl-C stops watching, not
    the backup.

    Examples:
    # back up all sessions of "files" and watch
    kubectl kubestash backup now files -n demo --follow

    # one session, in a script: prints the name, says how it ended by its exit code
    kubectl kubestash backup now files --session hourly --wait --timeout 1h -o name

    # see what would be created
    kubectl kubestash backup now files --dry-run=client -o yaml
    """
    order = Order(
        tuple(names),
        sessions=tuple(session or ()),
        all_sessions=all_sessions,
        force=force,
        reason=reason,
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
    configuration: Annotated[
        str, typer.Argument(metavar="CONFIG", help="Only runs of this BackupConfiguration.")
    ] = "",
    *,
    labels: run_list.Labels = "",
    phase: run_list.Phase = "",
    no_headers: run_list.NoHeaders = False,
    form: run_list.Form = "",
) -> None:
    """List backups with progress, size and the reason of a failure; the newest is last.

    Examples:
    kubectl kubestash backup list -n demo
    kubectl kubestash backup list files --phase Failed -o json
    """
    listed = run_list.Listed(labels, phase, configuration, form, headers=not no_headers)
    run_list.show(settings_of(context), BACKUP_SESSION, listed)


Sessions = Annotated[
    list[str],
    typer.Argument(metavar="SESSION…", help="BackupSessions, @latest, or CONFIG@latest:SESSION."),
]


@app.command(cls=Command)
def wait(
    context: typer.Context,
    sessions: Sessions,
    *,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", "-f", help="Show every step.")
    ] = True,
    timeout: waiting.Timeout = "",
) -> None:
    """Wait until backups have ended, and say by the exit code how.

    A new configuration makes its first backup by itself, as soon as it is ready: where there is no
    backup yet, @latest waits for that one.

    Examples:
    # the first backup of a configuration that was just created, or else its newest one
    kubectl kubestash backup wait files@latest -n demo

    kubectl kubestash backup wait files-hourly-1763690400 --timeout 30m
    """
    from .first_backup import find  # noqa: PLC0415 - only those who wait load the views
    from .follow import Run  # noqa: PLC0415 - only those who wait load the views

    settings = settings_of(context)
    limit, began = waiting.seconds(timeout), time.monotonic()
    found = [find(settings, word, timeout=limit) for word in sessions]
    keys = [ObjectKey(settings.namespace, item["metadata"]["name"]) for item in found]
    runs = [Run(BACKUP_SESSION, key) for key in keys]
    left = None if limit is None else max(0.0, limit - (time.monotonic() - began))
    waiting.finish(settings, runs, follow=follow, timeout=left)


@app.command(cls=Command)
def logs(
    context: typer.Context,
    session: Annotated[
        str, typer.Argument(metavar="SESSION", help="A BackupSession, or @latest.")
    ] = lookup.LATEST,
    *,
    follow: run_logs.Follow = False,
    tail: run_logs.Tail = -1,
    container: run_logs.Container = "",
    timestamps: run_logs.Timestamps = False,
) -> None:
    """Print the logs of the Pods of a backup, in the order in which they ran.

    Examples:
    kubectl kubestash backup logs @latest -n demo
    kubectl kubestash backup logs files-hourly-1763690400 -f
    """
    run_logs.show(
        context,
        BACKUP_SESSION,
        session,
        follow=follow,
        tail=tail,
        container=container,
        timestamps=timestamps,
    )
