"""Whose cluster is this? We never take over what another installer or operator looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import DEPLOYMENT
from ..api.resources import OURS as KINDS
from ..errors import Forbidden, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Client, Object

INSTALLED_BY = "app.kubernetes.io/part-of"
"""Label of everything that `install` makes."""

INSTALLER = "kubectl-kubestash"
OURS = f"{INSTALLED_BY}={INSTALLER}"

_UPSTREAM_IMAGES = "ghcr.io/kubestash/"
_UPSTREAM_NAMES = {"kubestash-operator", "kubestash"}
_DEVELOPMENT = (
    "kind-", "k3d-", "minikube", "docker-desktop", "rancher-desktop", "colima", "orbstack",
    "microk8s", "k3s", "kind", "kubestash-sandbox",
)  # fmt: skip


def is_ours(item: Mapping[str, Any]) -> bool:
    """Whether `install` made this object."""
    return (item["metadata"].get("labels") or {}).get(INSTALLED_BY) == INSTALLER


def foreign_operator(client: Client) -> str:
    """`namespace/name` of a KubeStash operator that is not ours, or empty."""
    for deployment in client.list(DEPLOYMENT):
        if not is_ours(deployment) and _is_operator(deployment):
            metadata = deployment["metadata"]
            return f"{metadata['namespace']}/{metadata['name']}"
    return ""


def refuse_foreign_operator(client: Client) -> None:
    """Raises Refused when another KubeStash operator looks after this cluster."""
    name = foreign_operator(client)
    if name:
        raise Refused(
            f"Deployment {name} is a KubeStash operator: two operators would work on the same "
            "objects",
            "the other commands of this plugin work with that operator, too",
        )


def require_kinds(client: Client) -> None:
    """Raises NotFound when kinds of KubeStash are not installed. Who may not look, goes on."""
    found: set[tuple[str, str]] = set()
    for group, version in sorted({(kind.group, kind.version) for kind in KINDS}):
        try:
            served = client.read(f"/apis/{group}/{version}")["resources"]
        except NotFound:
            continue
        except Forbidden:
            return
        found |= {(group, entry["name"]) for entry in served}
    missing = [kind.plural for kind in KINDS if (kind.group, kind.plural) not in found]
    if missing:
        raise NotFound(
            f"the server does not have these kinds of KubeStash: {', '.join(missing)}",
            "kubectl kubestash install",
            reason="NotFound",
        )


def is_development(context: str) -> bool:
    """Whether a context looks like a cluster on the user's own machine."""
    return context.startswith(_DEVELOPMENT)


def refuse_context(context: str, allowed: str) -> None:
    """Raises Refused for a context that is neither a development cluster nor allowed by name."""
    if context != allowed and not is_development(context):
        raise Refused(
            f"context {context!r} does not look like a development cluster",
            f"if it is the right one: --allow-context {context}",
        )


def _is_operator(deployment: Object) -> bool:
    labels = deployment["metadata"].get("labels") or {}
    spec = deployment.get("spec", {}).get("template", {}).get("spec", {})
    images = [container.get("image", "") for container in spec.get("containers", ())]
    return (
        deployment["metadata"]["name"] == "kubestash-operator"
        or labels.get("app.kubernetes.io/name") in _UPSTREAM_NAMES
        or any(image.startswith(_UPSTREAM_IMAGES) for image in images)
    )
