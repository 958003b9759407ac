"""What the cluster has said about an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import EVENT
from ..errors import ClusterError

if TYPE_CHECKING:
    from ..kube.client import Client, Object


def events_of(client: Client, item: Object) -> list[Object]:
    """The Events about an object; none when they cannot be read: they only help."""
    metadata = item["metadata"]
    fields = f"involvedObject.name={metadata['name']},involvedObject.kind={item['kind']}"
    try:
        return client.list(EVENT, metadata.get("namespace", "") or "default", fields=fields)
    except ClusterError:
        return []
