"""How `uninstall` takes the operator away: it ends first, and what it stood on goes last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..api.resources import (
    DEPLOYMENT,
    LEASE,
    NAMESPACE,
    POD,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
    ObjectKey,
    Resource,
)
from ..errors import Refused
from ..resolve.labels import selector
from ..resolve.manifest import manifest
from ..resolve.operator_manifests import (
    CLUSTER_ROLE_BINDING,
    POD_DISRUPTION_BUDGET,
    ROLE,
    SELECTOR,
    SERVICE,
    WEBHOOK_SECRET,
)
from ..resolve.operator_manifests import LEASE as OPERATOR_LEASE
from ..resolve.operator_role import WEBHOOK_ROLE
from . import diagnostics, guards
from .namespace_contents import foreign_contents

if TYPE_CHECKING:
    from ..kube.client import Client, Object

Delete = Callable[[Resource, "list[Object]"], None]
_ENDED_WITHIN = 120.0
_NAMED = 5


def holds_the_lease(client: Client, deployment: Object | None, holder: str) -> bool:
    """Whether the holder of the Lease is a Pod of this Deployment; its identity begins with it."""
    if deployment is None:
        return False
    pods = client.list(POD, deployment["metadata"]["namespace"], labels=selector(SELECTOR))
    return any(holder.startswith(f"{pod['metadata']['name']}-") for pod in pods)


def end_operator(
    client: Client, deployment: Object, delete: Delete, *, holder_now: Callable[[Client], str]
) -> None:
    """Delete the Deployment and wait until its Pods are gone and nobody holds the Lease.

    Raises Refused when it does not end, or another operator has taken over.
    """
    namespace = deployment["metadata"]["namespace"]
    delete(DEPLOYMENT, [deployment])
    end = time.monotonic() + _ENDED_WITHIN
    while client.list(POD, namespace, labels=selector(SELECTOR)) or holder_now(client):
        if time.monotonic() > end:
            raise Refused(
                "the operator has not ended yet, so nothing else was removed",
                f"kubectl get pods -n {namespace}",
            )
        time.sleep(0.5)


def remove_surroundings(client: Client, delete: Delete) -> None:
    """Rights, Services, Lease, and each namespace that we have made and nobody else uses."""
    delete(SECRET, _webhook_secrets(client))
    for resource in (
        SERVICE,
        POD_DISRUPTION_BUDGET,
        CLUSTER_ROLE_BINDING,
        ROLE_BINDING,
        ROLE,
        SERVICE_ACCOUNT,
    ):
        delete(resource, client.list(resource, labels=guards.OURS))
    lease = client.find(LEASE, OPERATOR_LEASE)
    delete(LEASE, [lease] if lease else [])
    for namespace in client.list(NAMESPACE, labels=guards.OURS):
        name = namespace["metadata"]["name"]
        others = foreign_contents(client, name)
        if others:
            rest = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            told = ", ".join(others[:_NAMED])
            diagnostics.note(f"namespace {name} stays, because of {told}{rest}")
            continue
        delete(NAMESPACE, [namespace])


def _webhook_secrets(client: Client) -> list[Object]:
    """What the operator has made itself stands beside the Role that let it do so."""
    roles = client.list(ROLE, labels=guards.OURS)
    homes = [r["metadata"]["namespace"] for r in roles if r["metadata"]["name"] == WEBHOOK_ROLE]
    keys = [ObjectKey(home, WEBHOOK_SECRET) for home in homes]
    return [manifest(SECRET, key) for key in keys if client.find_metadata(SECRET, key) is not None]
