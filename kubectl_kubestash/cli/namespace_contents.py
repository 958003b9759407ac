"""What else is in a namespace that we have made? Nothing of somebody's goes with it.

All kinds that the server lists are asked, so that what an extension has put there counts, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import OURS as OUR_KINDS
from ..api.resources import Resource
from ..errors import ClusterError
from . import guards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..kube.client import Client, Object

_COUNTS_NOT = {"events", "endpoints", "endpointslices", "controllerrevisions", "leases"}
"""What Kubernetes keeps about other objects, and nobody would miss."""
_GIVEN = {"ConfigMap/kube-root-ca.crt", "ConfigMap/openshift-service-ca.crt"}
_GIVEN_ACCOUNTS = {"default", "builder", "deployer"}
_OUR_KINDS = {(kind.group, kind.kind) for kind in OUR_KINDS}


def foreign_contents(client: Client, namespace: str) -> list[str]:
    """`Kind/name` of what `install` did not make there; objects that are ending do not count.

    A kind that cannot be listed is named instead: nobody knows what there is of it.
    """
    return sorted(_found(client, namespace))


def _found(client: Client, namespace: str) -> Iterator[str]:
    for resource in _listed_kinds(client):
        try:
            found = client.list(resource, namespace)
        except ClusterError:
            yield f"{resource.kind}/?"
            continue
        for each in found:
            name = f"{resource.kind}/{each['metadata']['name']}"
            if not _belongs_to_it(resource, each) and name not in _GIVEN:
                yield name


def _belongs_to_it(resource: Resource, item: Object) -> bool:
    metadata = item["metadata"]
    if (resource.group, resource.kind) in _OUR_KINDS:
        return False
    if resource.kind == "ServiceAccount" and metadata["name"] in _GIVEN_ACCOUNTS:
        return True
    if resource.kind == "Secret" and item.get("type") == "kubernetes.io/service-account-token":
        return True
    if guards.is_ours(item) or metadata.get("deletionTimestamp"):
        return True
    # What belongs to another object goes with that; the other one is looked at itself.
    return bool(metadata.get("ownerReferences"))


def _listed_kinds(client: Client) -> Iterator[Resource]:
    core = client.read("/api/v1")
    yield from _of_version("", "v1", core)
    for group in client.read("/apis")["groups"]:
        version = group["preferredVersion"]["version"]
        try:
            served = client.read(f"/apis/{group['name']}/{version}")
        except ClusterError:
            # An API whose server is away: its objects are not in the namespace's own storage.
            yield Resource(group["name"], version, group["name"], "unknown")
            continue
        yield from _of_version(group["name"], version, served)


def _of_version(group: str, version: str, served: Object) -> Iterator[Resource]:
    for entry in served["resources"]:
        plural = entry["name"]
        is_listed = entry["namespaced"] and "list" in entry["verbs"] and "/" not in plural
        # Figures about Pods are no objects.
        if is_listed and plural not in _COUNTS_NOT and group != "metrics.k8s.io":
            yield Resource(group, version, entry["kind"], plural)
