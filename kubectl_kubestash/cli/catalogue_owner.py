"""Whose is an Addon or Function of the cluster?

Who applies a manifest over one of ours leaves our label on it, so the label alone proves nothing.
The API server keeps who has set which fields
(https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..api.resources import ADDON, FUNCTION
from ..errors import NotFound, Refused
from .guards import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..kube.client import Client, Object

US = "kubectl-kubestash"
"""Our name as a field manager."""


class Foreign(NamedTuple):
    """An object that is not ours, although we would make one of that name."""

    kind: str
    name: str
    owner: str
    """Who has set its spec, when the server knows."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" + (f" ({self.owner})" if self.owner else "")


def in_other_hands(item: Mapping[str, Any]) -> str:
    """Who else than us has set a part of its spec, or empty."""
    for entry in item["metadata"].get("managedFields") or ():
        if entry.get("manager") != US and "f:spec" in (entry.get("fieldsV1") or {}):
            return str(entry.get("manager") or "somebody")
    return ""


def is_ours_alone(item: Mapping[str, Any]) -> bool:
    """Whether `install` made it and nobody has changed it since."""
    return is_ours(item) and not in_other_hands(item)


def foreign_among(client: Client, wanted: Iterable[Object]) -> list[Foreign]:
    """Those of the Addons and Functions that we would apply which are somebody else's by now.

    What somebody else applied as we would have it is no matter.
    """
    by_name = {(each["kind"], each["metadata"]["name"]): each for each in wanted}
    found = []
    for resource in (FUNCTION, ADDON):
        for item in _there(client, resource):
            ours = by_name.get((resource.kind, item["metadata"]["name"]))
            owner = in_other_hands(item)
            is_changed = bool(owner) and ours is not None and item.get("spec") != ours["spec"]
            if ours is not None and (not is_ours(item) or is_changed):
                found.append(Foreign(resource.kind, item["metadata"]["name"], owner))
    return found


def refuse_foreign_catalogue(client: Client, wanted: Iterable[Object]) -> None:
    """Raises Refused when something that we would apply belongs to another installer."""
    foreign = foreign_among(client, wanted)
    if not foreign:
        return
    first = foreign[0]
    raise Refused(
        f"these were made or changed by another installer: {_some(foreign)}",
        "the operator runs them as they are, without install",
        f"for ours in their place, delete them first: kubectl delete "
        f"{first.kind.lower()}.addons.kubestash.com {first.name}",
    )


def _there(client: Client, resource: Any) -> list[Object]:
    try:
        return client.list(resource)
    except NotFound:
        return []


def _some(foreign: Sequence[Foreign]) -> str:
    rest = len(foreign) - 5
    return ", ".join(map(str, foreign[:5])) + (f" and {rest} more" if rest > 0 else "")
