"""What does an object of ours look like before it is in the cluster?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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
