"""`create backupconfig`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api.resources import BACKUP_CONFIGURATION
from ..errors import UsageError
from ..resolve.durations import parse_duration
from ..resolve.schedule import check
from . import default_retention, manifests, references, waiting
from .frame import settings_of
from .submit import Form, Name, submit


def backupconfig(
    context: typer.Context,
    name: Name,
    *,
    target: Annotated[
        str, typer.Option("--target", metavar="TARGET", help="KIND/NAME, such as pvc/files.")
    ],
    storage_name: Annotated[
        str, typer.Option("--storage", metavar="NAME", help="BackupStorage, or NAMESPACE/NAME.")
    ],
    encryption_secret_name: Annotated[
        str,
        typer.Option("--encryption-secret", metavar="NAME", help="Secret with RESTIC_PASSWORD."),
    ],
    schedule: Annotated[
        str, typer.Option("--schedule", metavar="CRON", help='When, such as "0 2 * * *".')
    ],
    retention_name: Annotated[
        str,
        typer.Option("--retention", metavar="NAME", help="RetentionPolicy, else the default one."),
    ] = "",
    session: Annotated[
        str, typer.Option("--session", metavar="NAME", help="What to call the session.")
    ] = "backup",
    addon: Annotated[
        str, typer.Option("--addon", metavar="NAME", help="Addon, if not the target's own.")
    ] = "",
    task: Annotated[
        str, typer.Option("--task", metavar="NAME", help="Its task.")
    ] = "logical-backup",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="Parameter of the task; repeatable."),
    ] = None,
    repository: Annotated[
        str, typer.Option("--repository", metavar="NAME", help="Repository, else NAME-repo.")
    ] = "",
    directory: Annotated[
        str, typer.Option("--directory", metavar="PATH", help="Its folder, else /NAMESPACE/NAME.")
    ] = "",
    history: Annotated[
        int, typer.Option("--history", metavar="N", min=1, help="Runs to keep with their Jobs.")
    ] = 3,
    backup_timeout: Annotated[
        str, typer.Option("--backup-timeout", metavar="TIME", help="Limit of a run, such as 2h.")
    ] = "",
    retries: Annotated[
        int, typer.Option("--retries", metavar="N", min=0, help="Retries of a failed run.")
    ] = 0,
    run_as_user: Annotated[
        int | None,
        typer.Option(
            "--run-as-user", metavar="UID", min=0, help="User of the Jobs: 0 reads every file."
        ),
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Do not start with it yet.")] = False,
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    r"""Create a BackupConfiguration: what is backed up, when, and where to.

    As soon as it is ready, the operator makes a first backup by itself. Jobs read the volume as
    user 65534, who may not read everything; as root (--run-as-user 0) they can.

    Examples:
    kubectl kubestash create backupconfig files --target pvc/files --storage s3 \
      --retention keep --encryption-secret encrypt --schedule "0 2 * * *" --run-as-user 0

    # to be kept in git
    kubectl kubestash create backupconfig files --target pvc/files --storage s3 -n demo \
      --encryption-secret encrypt --schedule "0 2 * * *" --dry-run=client -o yaml
    """
    settings = settings_of(context)
    if wrong := check(schedule):
        raise UsageError(f"--schedule: {wrong}")
    if backup_timeout:
        waiting.of_flag("--backup-timeout", backup_timeout, parse_duration)
    home = settings.namespace_flag or ("default" if dry_run == "client" else settings.namespace)
    aim = references.target(target, home)
    if not retention_name and dry_run != "client":
        default_retention.require(settings, home)
    spec = manifests.configuration_spec(
        manifests.ConfigurationFlags(
            target=aim,
            storage=references.named(storage_name, home),
            retention=references.named(retention_name, home) if retention_name else {},
            encryption_secret=references.named(encryption_secret_name, home),
            schedule=schedule,
            session=session,
            addon=addon or manifests.addon_of(aim["kind"]),
            task=task,
            parameters=references.parameters(param or []),
            repository=repository or f"{name}-repo",
            directory=directory or f"/{home}/{name}",
            history=history,
            backup_timeout=backup_timeout,
            retries=retries,
            run_as_user=run_as_user,
            paused=paused,
        )
    )
    submit(settings, BACKUP_CONFIGURATION, name, {"spec": spec}, form, dry_run)
