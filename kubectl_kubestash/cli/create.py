"""`create`: manifests from flags, shown or sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    RETENTION_POLICY,
    SECRET,
    ObjectKey,
    Resource,
)
from ..errors import UsageError
from ..resolve.durations import parse_duration, parse_period
from ..resolve.manifest import manifest
from . import diagnostics, encryption_secret, manifests, output, references, waiting
from .frame import Command, group, settings_of
from .settings import Settings

app = group("Create storages, encryption Secrets, configurations and policies from flags.")

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


@app.command(cls=Command)
def storage(
    context: typer.Context,
    name: Name,
    *,
    provider: Annotated[
        str, typer.Option("--provider", metavar="KIND", help="s3, gcs, azure or local.")
    ],
    bucket: Annotated[
        str, typer.Option("--bucket", metavar="NAME", help="Bucket, or container for azure.")
    ] = "",
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="URL", help="URL of an S3-compatible service.")
    ] = "",
    region: Annotated[str, typer.Option("--region", metavar="NAME", help="Region for s3.")] = "",
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="PATH", help="Folder in the bucket.")
    ] = "",
    account: Annotated[
        str, typer.Option("--account", metavar="NAME", help="Storage account for azure.")
    ] = "",
    secret: Annotated[
        str, typer.Option("--secret", metavar="NAME", help="Secret with the credentials.")
    ] = "",
    insecure_tls: Annotated[
        bool, typer.Option("--insecure-tls", help="Do not check the certificate of the endpoint.")
    ] = False,
    pvc: Annotated[
        str, typer.Option("--pvc", metavar="NAME", help="local: a PersistentVolumeClaim.")
    ] = "",
    nfs: Annotated[
        str, typer.Option("--nfs", metavar="SERVER:PATH", help="local: an NFS share.")
    ] = "",
    host_path: Annotated[
        str, typer.Option("--host-path", metavar="PATH", help="local: a directory of the node.")
    ] = "",
    mount_path: Annotated[
        str, typer.Option("--mount-path", metavar="PATH", help="local: where Jobs mount it.")
    ] = manifests.MOUNT_PATH,
    sub_path: Annotated[
        str, typer.Option("--sub-path", metavar="PATH", help="local: folder in the volume.")
    ] = "",
    usable_from: UsableFrom = "Same",
    default: Default = False,
    deletion_policy: Annotated[
        str,
        typer.Option("--deletion-policy", metavar="POLICY", help="Delete keeps data, or WipeOut."),
    ] = "Delete",
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Create a BackupStorage: where backups go.

    Examples:
    # an S3-compatible service; the Secret holds AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    kubectl kubestash create storage s3 --provider s3 --endpoint https://minio.demo:9000 --bucket backups --secret s3-keys

    # a volume of the cluster, usable from every namespace
    kubectl kubestash create storage local --provider local --pvc backups --usable-from All
    """
    spec = manifests.storage_spec(
        manifests.StorageFlags(
            provider=provider,
            bucket=bucket,
            endpoint=endpoint,
            region=region,
            prefix=prefix,
            account=account,
            secret=secret,
            insecure_tls=insecure_tls,
            pvc=pvc,
            nfs=nfs,
            host_path=host_path,
            mount_path=mount_path,
            sub_path=sub_path,
        )
    )
    spec["usagePolicy"] = manifests.usage_policy(usable_from)
    spec["default"] = default
    spec["deletionPolicy"] = manifests.one_of(
        "--deletion-policy", deletion_policy, "Delete", "WipeOut"
    )
    _submit(settings_of(context), BACKUP_STORAGE, name, {"spec": spec}, form, dry_run)


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
        parse_period(max_age)
        spec["maxRetentionPeriod"] = max_age
    _submit(settings_of(context), RETENTION_POLICY, name, {"spec": spec}, form, dry_run)


@app.command(cls=Command)
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
    """Create a BackupConfiguration: what is backed up, when, and where to.

    Examples:
    kubectl kubestash create backupconfig files --target pvc/files --storage s3 --retention keep --encryption-secret encrypt --schedule "0 2 * * *"
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
    _submit(settings, BACKUP_CONFIGURATION, name, {"spec": spec}, form, dry_run)


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
    shown = encryption_secret.REDACTED if how == "client" else password
    body = {"type": "Opaque", "stringData": {encryption_secret.KEY: shown}}
    if export and not how:
        encryption_secret.export(Path(export), password)
        diagnostics.note(f"the password is in {export}", quiet=settings.quiet)
    _submit(settings, SECRET, name, body, form, dry_run)
    if not how:
        encryption_secret.remind(name, settings.namespace, exported=export)


def _submit(
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
