"""What does an object of ours look like before it is in the cluster?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.meta import KubeResource
    from ..api.resources import ObjectKey, Resource

Object = dict[str, Any]
"""One Kubernetes object as JSON, complete with apiVersion and kind."""


def manifest(
    resource: Resource,
    key: ObjectKey,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **fields: Any,
) -> Object:
    """An object of this kind and name; `fields` are what stands beside its metadata."""
    metadata: Object = {"name": key.name}
    if key.namespace:
        metadata["namespace"] = key.namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": metadata,
        **fields,
    }


def owner_reference(owner: KubeResource) -> Object:
    """What makes an object go when its owner goes; the owner manages it."""
    return {
        "apiVersion": owner.resource.api_version,
        "kind": owner.resource.kind,
        "name": owner.metadata.name,
        "uid": owner.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
