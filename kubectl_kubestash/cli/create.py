"""`create`: manifests from flags, shown or sent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..api.resources import RETENTION_POLICY, SECRET
from ..errors import UsageError
from ..resolve.durations import parse_period
from . import diagnostics, encryption_secret, manifests, waiting
from .create_backupconfig import backupconfig
from .create_storage import storage
from .frame import Command, group, settings_of
from .submit import Default, Form, Name, UsableFrom, submit

app = group("Create storages, encryption Secrets, configurations and policies.")

app.command(cls=Command)(storage)
app.command(cls=Command)(backupconfig)


@app.command(cls=Command)
def retention(
    context: typer.Context,
    name: Name,
    *,
    last: Annotated[
        int, typer.Option("--last", metavar="N", min=0, help="The N newest good ones.")
    ] = 0,
    hourly: Annotated[
        int, typer.Option("--hourly", metavar="N", min=0, help="One for each of N hours.")
    ] = 0,
    daily: Annotated[
        int, typer.Option("--daily", metavar="N", min=0, help="One for each of N days.")
    ] = 0,
    weekly: Annotated[
        int, typer.Option("--weekly", metavar="N", min=0, help="One for each of N weeks.")
    ] = 0,
    monthly: Annotated[
        int, typer.Option("--monthly", metavar="N", min=0, help="One for each of N months.")
    ] = 0,
    yearly: Annotated[
        int, typer.Option("--yearly", metavar="N", min=0, help="One for each of N years.")
    ] = 0,
    failed: Annotated[
        int, typer.Option("--failed", metavar="N", min=0, help="The N newest failed ones.")
    ] = 1,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="PERIOD", help="Nothing older: 2mo, 1y6mo, 30d.")
    ] = "",
    usable_from: UsableFrom = "Same",
    default: Default = False,
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Create a RetentionPolicy: which snapshots are kept.

    The newest good snapshot of each repository and session is kept in any case.

    Examples:
    kubectl kubestash create retention keep --last 5 --daily 7 --monthly 6 --max-age 1y
    """
    counts = {
        "last": last,
        "hourly": hourly,
        "daily": daily,
        "weekly": weekly,
        "monthly": monthly,
        "yearly": yearly,
    }
    kept = {key: number for key, number in counts.items() if number}
    if not kept and not max_age:
        raise UsageError("a policy must keep something", "--last 5, or --max-age 2mo")
    spec: dict[str, Any] = {"default": default, "usagePolicy": manifests.usage_policy(usable_from)}
    if kept:
        spec["successfulSnapshots"] = kept
    spec["failedSnapshots"] = {"last": failed}
    if max_age:
        waiting.of_flag("--max-age", max_age, parse_period)
        spec["maxRetentionPeriod"] = max_age
    submit(settings_of(context), RETENTION_POLICY, name, {"spec": spec}, form, dry_run)


@app.command("encryption-secret", cls=Command)
def encryption_secret_(
    context: typer.Context,
    name: Name,
    *,
    password_file: Annotated[
        str, typer.Option("--password-file", metavar="FILE", help="Take the password from a file.")
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Take the password from stdin.")
    ] = False,
    export: Annotated[
        str, typer.Option("--export", metavar="FILE", help="Also write it here, for safe keeping.")
    ] = "",
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Create the Secret that backups are encrypted with.

    A strong password is made unless you bring one. Whoever loses it loses every backup: keep a copy
    outside of the cluster. It is never taken from the command line, where others could see it.

    Examples:
    # make a strong password and keep a copy
    kubectl kubestash create encryption-secret encrypt -n demo --export encrypt.password

    pass show backups/demo | kubectl kubestash create encryption-secret encrypt --password-stdin
    """
    settings = settings_of(context)
    how = waiting.check_dry_run(dry_run)
    password = encryption_secret.password(password_file, from_stdin=password_stdin)
    body: dict[str, Any] = {"type": "Opaque", "stringData": {encryption_secret.KEY: password}}
    if how == "client":
        # The server takes this for broken base64, so it cannot become anybody's password.
        body = {"type": "Opaque", "data": {encryption_secret.KEY: encryption_secret.NOT_SHOWN}}
        diagnostics.warn(
            "passwords are not printed, so this manifest cannot be applied; without --dry-run the "
            "Secret is made"
        )
    with encryption_secret.exported("" if how else export, password):
        submit(settings, SECRET, name, body, form, dry_run)
    if how:
        return
    if export:
        diagnostics.note(f"the password is in {export}", quiet=settings.quiet)
    encryption_secret.remind(name, settings.namespace, exported=export)
