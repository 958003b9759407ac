"""`uninstall`: what it takes away, in an order that loses nothing and leaves nothing stuck."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    CLUSTER_ROLE,
    CRON_JOB,
    CUSTOM_RESOURCE_DEFINITION,
    DEPLOYMENT,
    FUNCTION,
    JOB,
    OURS,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
)
from ..errors import Refused
from ..resolve.admission.configurations import CONFIGURATIONS
from ..resolve.labels import OURS as OURS_BY_OPERATOR
from ..views.fields import name_of
from . import catalogue_owner, diagnostics, guards, install_operator, uninstall_operator, waiting
from .frame import settings_of, single
from .removal import Removal, there
from .running_operator import running_operator
from .wipe_out import wipe_out

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Client, Object
    from .settings import Settings

_GONE_WITHIN = 60.0


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
    is_dry_run = bool(waiting.check_dry_run(dry_run))
    guards.refuse_foreign_operator(settings.client)
    if wipe_out_data:
        wipe_out(settings, dry_run=is_dry_run)
    else:
        _remove(settings, purge=purge, dry_run=is_dry_run)


def _remove(settings: Settings, *, purge: bool, dry_run: bool) -> None:
    """Remove what `install` made; with `purge` all objects and kinds, too. Raises Refused."""
    client = settings.client
    operator, deployment = running_operator(client), install_operator.installed(client)
    if operator and not uninstall_operator.holds_the_lease(client, deployment, operator):
        raise Refused(
            f"the operator {operator} is running and would put back what is removed",
            "stop it first (Ctrl-C in its terminal)",
        )
    if not dry_run:
        settings.confirm(_question(client, purge=purge))
    removal = Removal(settings, dry_run=dry_run)
    _end_operator(removal, deployment)
    if purge:
        removal.keep_data()
    removal.delete(CRON_JOB, _triggers(client))
    removal.delete(ADDON, _unchanged(client, ADDON))
    removal.delete(FUNCTION, _unchanged(client, FUNCTION))
    removal.delete(CLUSTER_ROLE, _marked(client, CLUSTER_ROLE))
    removal.drop_finalizers()
    if purge:
        _purge(removal)
        diagnostics.note("the data in the storages was not touched", quiet=settings.quiet)
    uninstall_operator.remove_surroundings(client, removal.delete)
    if not removal.count:
        diagnostics.note("there was nothing to remove", quiet=settings.quiet)


def _end_operator(removal: Removal, deployment: Object | None) -> None:
    # The webhooks first: nobody could write an object any more once the operator has gone.
    for resource in CONFIGURATIONS:
        removal.delete(resource, _marked(removal.client, resource))
    if deployment is None:
        return
    if removal.dry_run:
        removal.delete(DEPLOYMENT, [deployment])
        return
    diagnostics.note("waiting for the operator to finish what it does")
    uninstall_operator.end_operator(
        removal.client, deployment, removal.delete, holder_now=running_operator
    )


def _purge(removal: Removal) -> None:
    """What the operator has made for Jobs, and our kinds with all their objects."""
    for resource in (JOB, ROLE_BINDING, ROLE, SERVICE_ACCOUNT):
        removal.delete(resource, removal.client.list(resource, labels=OURS_BY_OPERATOR))
    removal.delete(CUSTOM_RESOURCE_DEFINITION, _our_kinds(removal.client))
    if not removal.dry_run:
        _wait_until_kinds_are_gone(removal.client)


def _wait_until_kinds_are_gone(client: Client) -> None:
    """The server takes a while for their objects; `install` could not begin before."""
    end = time.monotonic() + _GONE_WITHIN
    while left := _our_kinds(client):
        if time.monotonic() > end:
            names = ", ".join(name_of(crd) for crd in left)
            diagnostics.warn(f"the server is still removing {names}")
            return
        time.sleep(0.5)


def _question(client: Client, *, purge: bool) -> str:
    where = client.login.context or client.login.server
    if not purge:
        what = "the operator, addons, functions, roles and schedules"
        return f"Remove {what} from {where}? Objects and data stay."
    counts = ", ".join(
        f"{len(found)} {resource.plural}"
        for resource in OURS
        if (found := there(client, resource)) and resource not in {ADDON, FUNCTION}
    )
    return f"Remove KubeStash from {where}, with {counts or 'no objects'}? The data stays."


def _marked(client: Client, resource: Resource) -> list[Object]:
    return [item for item in there(client, resource) if guards.is_ours(item)]


def _unchanged(client: Client, resource: Resource) -> list[Object]:
    """What we made, and nobody has put something else in its place since."""
    return [item for item in there(client, resource) if catalogue_owner.is_ours_alone(item)]


def _triggers(client: Client) -> list[Object]:
    return [
        cron_job
        for cron_job in client.list(CRON_JOB)
        for owner in cron_job["metadata"].get("ownerReferences") or ()
        if owner["kind"] == BACKUP_CONFIGURATION.kind
        and owner["apiVersion"] == BACKUP_CONFIGURATION.api_version
    ]


def _our_kinds(client: Client) -> list[Object]:
    """The CustomResourceDefinitions of our kinds, whoever has installed them."""
    ours = {(resource.group, resource.kind) for resource in OURS}
    found = client.list(CUSTOM_RESOURCE_DEFINITION)
    return [crd for crd in found if (crd["spec"]["group"], crd["spec"]["names"]["kind"]) in ours]


app = single(uninstall)
