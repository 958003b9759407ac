"""`create encryption-secret`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..api.resources import SECRET
from . import backup_password, diagnostics, waiting
from .frame import settings_of
from .submit import Form, Name, submit


def encryption_secret(
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
    password = backup_password.password(password_file, from_stdin=password_stdin)
    body: dict[str, Any] = {"type": "Opaque", "stringData": {backup_password.KEY: password}}
    if how == "client":
        # The server takes this for broken base64, so it cannot become anybody's password.
        body = {"type": "Opaque", "data": {backup_password.KEY: backup_password.NOT_SHOWN}}
        diagnostics.warn(
            "passwords are not printed, so this manifest cannot be applied; without --dry-run the "
            "Secret is made"
        )
    with backup_password.exported("" if how else export, password):
        submit(settings, SECRET, name, body, form, dry_run)
    if how:
        return
    if export:
        diagnostics.note(f"the password is in {export}", quiet=settings.quiet)
    backup_password.remind(name, settings.namespace, exported=export)
