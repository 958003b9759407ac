"""What has the cluster said about a Job that does not start?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import EVENT, PERSISTENT_VOLUME_CLAIM, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..kube.client import Client, Object


def events_about(
    client: Client, namespace: str, uids: Collection[str], claims: Collection[str] = ()
) -> list[Object]:
    """The Events about these objects, and about those of the claims that are not bound."""
    wanted = [uid for uid in uids if uid]
    for name in sorted(claims):
        claim = client.find(PERSISTENT_VOLUME_CLAIM, ObjectKey(namespace, name))
        if claim is not None and (claim.get("status") or {}).get("phase") != "Bound":
            wanted.append(str(claim["metadata"]["uid"]))
    return [
        event
        for uid in wanted
        for event in client.list(EVENT, namespace, fields=f"involvedObject.uid={uid}")
    ]
