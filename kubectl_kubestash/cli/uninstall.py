"""What `uninstall` takes away, in an order that loses nothing and leaves nothing stuck."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    CLUSTER_ROLE,
    CRON_JOB,
    CUSTOM_RESOURCE_DEFINITION,
    DEPLOYMENT,
    FUNCTION,
    JOB,
    LEASE,
    OURS,
    REPOSITORY,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from ..errors import NotFound, Refused
from ..resolve.admission.configurations import CONFIGURATIONS
from ..resolve.labels import FINALIZER
from ..resolve.labels import OURS as OURS_BY_OPERATOR
from ..resolve.operator_manifests import LEASE as OPERATOR_LEASE
from ..views.fields import at, items, name_of, text, time_of
from . import (
    catalogue_owner,
    diagnostics,
    guards,
    install_operator,
    output,
    uninstall_operator,
)
from .frame import PROGRAM

if TYPE_CHECKING:
    from ..gather.reader import Reader
    from ..kube.client import Client, Object
    from .settings import Settings

_WIPE_WITHIN = 900.0
_GONE_WITHIN = 60.0


class Removal(NamedTuple):
    """How far to go."""

    purge: bool = False
    wipe_out_data: bool = False
    dry_run: bool = False


def remove(settings: Settings, removal: Removal) -> None:
    """Remove what `install` made, and as much more as was asked for. Raises Refused."""
    client = settings.client
    operator, deployment = running_operator(client), install_operator.installed(client)
    if removal.wipe_out_data:
        _wipe_out(settings, operator, dry_run=removal.dry_run)
        return
    if operator and not uninstall_operator.holds_the_lease(client, deployment, operator):
        raise Refused(
            f"the operator {operator} is running and would put back what is removed",
            "stop it first (Ctrl-C in its terminal)",
        )
    steps = _Steps(settings, dry_run=removal.dry_run)
    if not removal.dry_run:
        settings.confirm(_question(client, removal))
    _end(steps, deployment)
    if removal.purge:
        steps.set_policies("Delete")
    steps.delete(CRON_JOB, _triggers(client))
    steps.delete(ADDON, _unchanged(client, ADDON))
    steps.delete(FUNCTION, _unchanged(client, FUNCTION))
    steps.delete(CLUSTER_ROLE, _marked(client, CLUSTER_ROLE))
    steps.drop_finalizers()
    if removal.purge:
        for resource in (JOB, ROLE_BINDING, ROLE, SERVICE_ACCOUNT):
            steps.delete(resource, client.list(resource, labels=OURS_BY_OPERATOR))
        crds = [c for c in client.list(CUSTOM_RESOURCE_DEFINITION) if _is_our_kind(c)]
        steps.delete(CUSTOM_RESOURCE_DEFINITION, crds)
        if not removal.dry_run:
            _wait_until_kinds_are_gone(client)
        diagnostics.note("the data in the storages was not touched", quiet=settings.quiet)
    uninstall_operator.remove_surroundings(client, steps.delete)
    if not steps.count:
        diagnostics.note("there was nothing to remove", quiet=settings.quiet)


def _end(steps: _Steps, deployment: Object | None) -> None:
    # Else nobody could write an object any more once the operator has gone.
    for resource in CONFIGURATIONS:
        steps.delete(resource, _marked(steps.client, resource))
    if deployment is None:
        return
    if steps.dry_run:
        steps.delete(DEPLOYMENT, [deployment])
        return
    diagnostics.note("waiting for the operator to finish what it does")
    uninstall_operator.end_operator(
        steps.client, deployment, steps.delete, holder_now=running_operator
    )


def running_operator(client: Reader) -> str:
    """Who holds the operators' Lease now, or empty."""
    lease = client.find(LEASE, OPERATOR_LEASE) or {}
    holder = text(lease, "spec", "holderIdentity")
    renewed = time_of(at(lease, "spec", "renewTime"))
    duration = timedelta(seconds=int(at(lease, "spec", "leaseDurationSeconds") or 15))
    is_fresh = renewed is not None and datetime.now(UTC) - renewed < 2 * duration
    return holder if is_fresh else ""


class _Steps:
    def __init__(self, settings: Settings, *, dry_run: bool) -> None:
        self.client = settings.client
        self.dry_run = dry_run
        self.count = 0

    def delete(self, resource: Resource, found: list[Object]) -> None:
        for item in found:
            try:
                self.client.delete(resource, _key(item), dry_run=self.dry_run)
            except NotFound:
                continue
            self._say(item, "deleted")

    def drop_finalizers(self) -> None:
        """Nobody is left to clean up, so nothing may wait for it."""
        for resource, item in _all_of_ours(self.client):
            finalizers = item["metadata"].get("finalizers") or []
            if FINALIZER in finalizers:
                left = [entry for entry in finalizers if entry != FINALIZER]
                patch = {"metadata": {"finalizers": left}}
                self.client.patch(
                    resource,
                    _key(item),
                    patch,
                    resource_version=item["metadata"]["resourceVersion"],
                    dry_run=self.dry_run,
                )
                self._say(item, "finalizer removed")

    def set_policies(self, policy: str) -> None:
        """Set what happens to the data when the objects go."""
        for resource in (SNAPSHOT, REPOSITORY, BACKUP_STORAGE):
            for item in _list(self.client, resource):
                if text(item, "spec", "deletionPolicy") not in {"", policy}:
                    self._patch(resource, item, {"spec": {"deletionPolicy": policy}})
        for item in _list(self.client, BACKUP_CONFIGURATION):
            sessions = [
                _with_policy(session, policy) for session in items(item, "spec", "sessions")
            ]
            if sessions != at(item, "spec", "sessions"):
                self._patch(BACKUP_CONFIGURATION, item, {"spec": {"sessions": sessions}})

    def _patch(self, resource: Resource, item: Object, patch: Object) -> None:
        self.client.patch(resource, _key(item), patch, dry_run=self.dry_run)
        self._say(item, "will keep its data")

    def _say(self, item: Object, what: str) -> None:
        self.count += 1
        suffix = " (dry run)" if self.dry_run else ""
        output.line(f"{output.reference(item)} {what}{suffix}")


def _wipe_out(settings: Settings, operator: str, *, dry_run: bool) -> None:
    client = settings.client
    storages = _list(client, BACKUP_STORAGE)
    if not storages:
        diagnostics.note("there is no BackupStorage, so there is nothing to erase")
        return
    if not operator:
        raise Refused(
            "an operator has to erase the data, and none is running",
            f"{PROGRAM} install --operator, or {PROGRAM} controller run",
        )
    names = ", ".join(str(_key(storage)) for storage in storages)
    if dry_run:
        output.line(f"all backups in {names} would be erased")
        return
    context = client.login.context or client.login.server
    settings.confirm_by_name(f"This erases ALL BACKUPS in {_number(storages)}: {names}.", context)
    for storage in storages:
        patch = {"spec": {"deletionPolicy": "WipeOut"}}
        client.patch(BACKUP_STORAGE, _key(storage), patch)
        client.delete(BACKUP_STORAGE, _key(storage), uid=storage["metadata"]["uid"])
        output.line(f"{output.reference(storage)} is being erased")
    _wait_gone(client)
    diagnostics.note(f"erased. Now the rest: {PROGRAM} uninstall --purge")


def _wait_until_kinds_are_gone(client: Client) -> None:
    """The server takes a while for their objects; `install` could not begin before."""
    end = time.monotonic() + _GONE_WITHIN
    while left := [c for c in client.list(CUSTOM_RESOURCE_DEFINITION) if _is_our_kind(c)]:
        if time.monotonic() > end:
            names = ", ".join(name_of(crd) for crd in left)
            diagnostics.warn(f"the server is still removing {names}")
            return
        time.sleep(0.5)


def _number(storages: list[Object]) -> str:
    return "one storage" if len(storages) == 1 else f"{len(storages)} storages"


def _wait_gone(client: Client) -> None:
    end = time.monotonic() + _WIPE_WITHIN
    while left := _list(client, BACKUP_STORAGE):
        if time.monotonic() > end:
            raise Refused(
                f"BackupStorage {_key(left[0])} is still being erased",
                f"kubectl kubestash describe storage {left[0]['metadata']['name']}",
            )
        time.sleep(1)


def _question(client: Client, removal: Removal) -> str:
    where = client.login.context or client.login.server
    if not removal.purge:
        what = "the operator, addons, functions, roles and schedules"
        return f"Remove {what} from {where}? Objects and data stay."
    counts = ", ".join(
        f"{len(found)} {resource.plural}"
        for resource in OURS
        if (found := _list(client, resource)) and resource not in {ADDON, FUNCTION}
    )
    return f"Remove KubeStash from {where}, with {counts or 'no objects'}? The data stays."


def _all_of_ours(client: Client) -> Iterator[tuple[Resource, Object]]:
    for resource in OURS:
        for item in _list(client, resource):
            yield resource, item


def _list(client: Client, resource: Resource) -> list[Object]:
    try:
        return client.list(resource)
    except NotFound:
        return []  # The kind is not installed.


def _marked(client: Client, resource: Resource) -> list[Object]:
    return [item for item in _list(client, resource) if guards.is_ours(item)]


def _unchanged(client: Client, resource: Resource) -> list[Object]:
    """What we made, and nobody has put something else in its place since."""
    return [item for item in _list(client, resource) if catalogue_owner.is_ours_alone(item)]


def _triggers(client: Client) -> list[Object]:
    return [
        cron_job
        for cron_job in client.list(CRON_JOB)
        for owner in cron_job["metadata"].get("ownerReferences") or ()
        if owner["kind"] == BACKUP_CONFIGURATION.kind
        and owner["apiVersion"] == BACKUP_CONFIGURATION.api_version
    ]


def _is_our_kind(crd: Object) -> bool:
    spec = crd.get("spec", {})
    kinds = {(resource.group, resource.kind) for resource in OURS}
    return (spec.get("group"), spec.get("names", {}).get("kind")) in kinds


def _with_policy(session: object, policy: str) -> Object:
    assert isinstance(session, dict)
    repositories = [
        {**repo, "deletionPolicy": policy} if repo.get("deletionPolicy") == "WipeOut" else repo
        for repo in session.get("repositories") or ()
    ]
    return {**session, "repositories": repositories} if repositories else dict(session)


def _key(item: Object) -> ObjectKey:
    return ObjectKey(item["metadata"].get("namespace", ""), item["metadata"]["name"])
