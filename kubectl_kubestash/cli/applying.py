"""Sending manifests to the server, and waiting until it serves the kinds among them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api.resources import (
    ADDON,
    CLUSTER_ROLE,
    CUSTOM_RESOURCE_DEFINITION,
    DEPLOYMENT,
    FUNCTION,
    NAMESPACE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    ObjectKey,
)
from ..errors import ClusterError, NotFound, Unreachable
from ..resolve.admission.configurations import CONFIGURATIONS
from ..resolve.operator_manifests import CLUSTER_ROLE_BINDING, POD_DISRUPTION_BUDGET, ROLE, SERVICE
from . import output

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .settings import Settings

_ESTABLISHED_WITHIN = 30.0
_RESOURCES = {
    resource.kind: resource
    for resource in (
        CUSTOM_RESOURCE_DEFINITION,
        CLUSTER_ROLE,
        FUNCTION,
        ADDON,
        NAMESPACE,
        SERVICE_ACCOUNT,
        CLUSTER_ROLE_BINDING,
        ROLE,
        ROLE_BINDING,
        SERVICE,
        POD_DISRUPTION_BUDGET,
        DEPLOYMENT,
        *CONFIGURATIONS,
    )
}


class Applying:
    """Sends manifests; a shape of None says nothing about them."""

    def __init__(self, settings: Settings, shape: output.Format | None, *, dry_run: bool) -> None:
        self.settings = settings
        self.shape = shape
        self.dry_run = dry_run

    def all(self, documents: list[Object]) -> None:
        """Apply them in this order, and print them as asked for."""
        applied = [self._one(document) for document in documents]
        if self.shape is None:
            return
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


def wait_until_established(client: Client, kinds: list[Object]) -> None:
    """Block until the server has accepted these kinds. Raises ClusterError."""
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
    try:
        found = client.find(CUSTOM_RESOURCE_DEFINITION, ObjectKey("", name)) or {}
    except Unreachable:
        return False
    conditions = (found.get("status") or {}).get("conditions") or ()  # null when it is new
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
