"""What of KubeStash is in the cluster, as `version` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import CUSTOM_RESOURCE_DEFINITION, OURS
from . import guards, install_operator
from .running_operator import running_operator

if TYPE_CHECKING:
    from ..kube.client import Client


def installed_kinds(client: Client) -> str:
    """How many of our kinds the server has, and whose they are."""
    names = {f"{resource.plural}.{resource.group}" for resource in OURS}
    found = [
        crd for crd in client.list(CUSTOM_RESOURCE_DEFINITION) if crd["metadata"]["name"] in names
    ]
    if not found:
        return "none (kubectl kubestash install)"
    ours = sum(guards.is_ours(crd) for crd in found)
    whose = "" if ours == len(found) else f", {len(found) - ours} from another installer"
    return f"{len(found)} of {len(OURS)}{whose}"


def operator(client: Client) -> str:
    """Who looks after the objects now."""
    foreign = guards.foreign_operator(client)
    if foreign:
        return f"Deployment {foreign}, from another installer"
    holder = running_operator(client)
    there = install_operator.installed(client)
    if there is None:
        return holder or "none is running"
    name = f"Deployment {there['metadata']['namespace']}/{there['metadata']['name']}"
    return f"{name}, {holder or 'nobody'} leads"
