"""`create storage`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api.resources import BACKUP_STORAGE
from . import manifests, waiting
from .frame import settings_of
from .submit import Default, Form, Name, UsableFrom, submit


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
    run_as_user: Annotated[
        int | None,
        typer.Option(
            "--run-as-user", metavar="UID", min=0, help="local: who writes it, 0 is root."
        ),
    ] = None,
    usable_from: UsableFrom = "Same",
    default: Default = False,
    deletion_policy: Annotated[
        str,
        typer.Option("--deletion-policy", metavar="POLICY", help="Delete keeps data, or WipeOut."),
    ] = "Delete",
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    r"""Create a BackupStorage: where backups go.

    Examples:
    # an S3-compatible service; the Secret holds AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    kubectl kubestash create storage s3 --provider s3 --bucket backups \
      --endpoint https://minio.demo:9000 --secret s3-keys

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
            run_as_user=run_as_user,
        )
    )
    spec["usagePolicy"] = manifests.usage_policy(usable_from)
    spec["default"] = default
    spec["deletionPolicy"] = manifests.one_of(
        "--deletion-policy", deletion_policy, "Delete", "WipeOut"
    )
    submit(settings_of(context), BACKUP_STORAGE, name, {"spec": spec}, form, dry_run)
