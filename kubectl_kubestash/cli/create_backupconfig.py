"""`create backupconfig`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api.resources import BACKUP_CONFIGURATION
from ..errors import UsageError
from ..resolve.durations import parse_duration
from . import manifests, references, waiting
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
    retention_name: Annotated[
        str, typer.Option("--retention", metavar="NAME", help="RetentionPolicy, or NAMESPACE/NAME.")
    ],
    encryption_secret_name: Annotated[
        str,
        typer.Option("--encryption-secret", metavar="NAME", help="Secret with RESTIC_PASSWORD."),
    ],
    schedule: Annotated[
        str, typer.Option("--schedule", metavar="CRON", help='When, such as "0 2 * * *".')
    ],
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
    paused: Annotated[bool, typer.Option("--paused", help="Do not start with it yet.")] = False,
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    r"""Create a BackupConfiguration: what is backed up, when, and where to.

    Examples:
    kubectl kubestash create backupconfig files --target pvc/files --storage s3 \
      --retention keep --encryption-secret encrypt --schedule "0 2 * * *"
    """
    settings = settings_of(context)
    if len(schedule.split()) != 5 and not schedule.startswith("@"):
        raise UsageError(f"--schedule {schedule!r} is not a cron schedule of five fields")
    if backup_timeout:
        parse_duration(backup_timeout)
    home = settings.namespace_flag or ("default" if dry_run == "client" else settings.namespace)
    aim = references.target(target, home)
    spec = manifests.configuration_spec(
        manifests.ConfigurationFlags(
            target=aim,
            storage=references.named(storage_name, home),
            retention=references.named(retention_name, home),
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
            paused=paused,
        )
    )
    submit(settings, BACKUP_CONFIGURATION, name, {"spec": spec}, form, dry_run)
