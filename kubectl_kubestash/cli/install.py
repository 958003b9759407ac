"""`install` and `uninstall`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ..api.resources import (
    ADDON,
    CLUSTER_ROLE,
    CUSTOM_RESOURCE_DEFINITION,
    FUNCTION,
    ObjectKey,
    Resource,
)
from ..errors import ClusterError, NotFound, Unreachable
from . import bundle, diagnostics, guards, load_image, output, waiting
from .frame import PROGRAM, Command, group, settings_of
from .uninstall import Removal, remove

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .settings import Settings

app = group()
_ESTABLISHED_WITHIN = 30.0
_RESOURCES = {
    resource.kind: resource
    for resource in (CUSTOM_RESOURCE_DEFINITION, CLUSTER_ROLE, FUNCTION, ADDON)
}


@app.command(cls=Command)
def install(
    context: typer.Context,
    *,
    image: Annotated[
        str,
        typer.Option("--image", metavar="IMAGE", help=f"Image of Jobs, else {load_image.DEFAULT}."),
    ] = "",
    dry_run: waiting.DryRun = "",
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: yaml, json, name.")
    ] = "",
) -> None:
    """Install kinds, addons and roles in the cluster.

    Can be repeated: what is there is brought up to date. It stops (exit code 8) where another
    KubeStash operator or catalogue is present. The operator itself is started with
    "kubectl kubestash controller run".

    Examples:
    kubectl kubestash install

    # what would be applied, without a cluster
    kubectl kubestash install --dry-run=client -o yaml
    """
    settings = settings_of(context)
    how = waiting.check_dry_run(dry_run)
    shape = output.parse_format(form, allowed=("yaml", "json", "name"))
    kinds, roles, catalogue = bundle.crds(), bundle.roles(), bundle.catalogue(image)
    if how == "client":
        output.documents([*kinds, *roles, *catalogue], shape)
        return
    client = settings.client
    guards.refuse_foreign_operator(client)
    names = [f"{item['kind']}/{item['metadata']['name']}" for item in catalogue]
    guards.refuse_foreign_catalogue(client, names)
    apply = _Apply(settings, shape, dry_run=how == "server")
    apply.all([*kinds, *roles])
    if how == "server":
        diagnostics.note("Addons and Functions are checked once their kinds are installed.")
        return
    _wait_established(client, kinds)
    apply.all(catalogue)
    load_image.warn_if_missing(client, image or load_image.DEFAULT, client.login.context)
    flag = f" --image {image}" if image else ""
    diagnostics.note(f"next: {PROGRAM} controller run{flag}", quiet=settings.quiet)


@app.command(cls=Command)
def uninstall(
    context: typer.Context,
    *,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also remove all KubeStash objects and their kinds.")
    ] = False,
    wipe_out_data: Annotated[
        bool,
        typer.Option("--wipe-out-data", help="Erase all backups. Asks for a name to be typed."),
    ] = False,
    dry_run: waiting.DryRun = "",
) -> None:
    """Remove what install made; data stays.

    Addons, Functions, roles and the CronJobs of schedules go. Kinds and objects stay, without
    finalizers, so that everything can still be deleted. With --purge they go, too, after every
    deletion policy was set to Delete, so the data in the storages stays. Only --wipe-out-data
    erases backups: it lets the operator do it, so one must be running.

    Examples:
    kubectl kubestash uninstall
    kubectl kubestash uninstall --purge --dry-run=client
    """
    settings = settings_of(context)
    how = waiting.check_dry_run(dry_run)
    guards.refuse_foreign_operator(settings.client)
    remove(settings, Removal(purge=purge, wipe_out_data=wipe_out_data, dry_run=bool(how)))


class _Apply:
    def __init__(self, settings: Settings, shape: output.Format, *, dry_run: bool) -> None:
        self.settings = settings
        self.shape = shape
        self.dry_run = dry_run

    def all(self, documents: list[Object]) -> None:
        applied = [self._one(document) for document in documents]
        if self.shape.name:
            output.documents(applied, self.shape)
            return
        suffix = " (server dry run)" if self.dry_run else ""
        for item in applied:
            output.line(f"{output.reference(item)} serverside-applied{suffix}")

    def _one(self, document: Object) -> Object:
        resource = _RESOURCES[document["kind"]]
        client = self.settings.client
        end = time.monotonic() + _ESTABLISHED_WITHIN
        while True:
            try:
                return client.apply(resource, document, dry_run=self.dry_run)
            except NotFound:
                # A kind is served a moment after it is Established.
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


def _wait_established(client: Client, kinds: list[Object]) -> None:
    end = time.monotonic() + _ESTABLISHED_WITHIN
    waiting_for = [kind["metadata"]["name"] for kind in kinds]
    while waiting_for:
        waiting_for = [name for name in waiting_for if not _is_established(client, name)]
        if waiting_for and time.monotonic() > end:
            raise ClusterError(
                f"the server does not serve {', '.join(waiting_for)} after "
                f"{_ESTABLISHED_WITHIN:.0f}s",
                f"kubectl describe crd {waiting_for[0]}",
            )
        time.sleep(0.1 if waiting_for else 0)


def _is_established(client: Client, name: str) -> bool:
    resource: Resource = CUSTOM_RESOURCE_DEFINITION
    try:
        found = client.find(resource, ObjectKey("", name)) or {}
    except Unreachable:
        return False
    conditions = (found.get("status") or {}).get("conditions") or ()  # null when it is new
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
