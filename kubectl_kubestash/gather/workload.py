"""Which Deployment, StatefulSet or DaemonSet is the target, and which pods has it now?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..api.resources import DEPLOYMENT, POD
from ..resolve.workload import Workload, is_workload
from .target import DAEMON_SET, STATEFUL_SET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.meta import TypedObjectReference
    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Object

_RESOURCES = {each.kind: each for each in (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)}


class Finding(Protocol):
    """Something that objects can be read from."""

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """One object, or None when it is not there."""


class Selecting(Finding, Protocol):
    """What of `kube.client.Client` is needed here."""

    def list(
        self, resource: Resource, namespace: str = "", *, labels: str = "", fields: str = ""
    ) -> list[Object]:
        """The objects of a namespace with these labels."""


def find_workload(
    client: Selecting, target: TypedObjectReference | None, home: str
) -> Workload | None:
    """The target with its pods; None when it has none, or is not there.

    Pods are read only when it depends on them where the data is.
    """
    found = without_pods(client, target, home)
    if found is None or target is None or not _lies_on_nodes(found.raw):
        return found
    pods = client.list(POD, target.key(home).namespace, labels=_selector(found.raw))
    return Workload(raw=found.raw, pods=[pod for pod in pods if _is_of(pod, found.raw)])


def without_pods(
    reader: Finding, target: TypedObjectReference | None, home: str
) -> Workload | None:
    """The target as it is written down; None when it is no workload, or not there."""
    if target is None or not is_workload(target):
        return None
    raw = reader.find(_RESOURCES[str(target.kind)], target.key(home))
    return None if raw is None else Workload(raw=raw)


def _lies_on_nodes(raw: Mapping[str, Any]) -> bool:
    volumes = raw["spec"]["template"]["spec"].get("volumes") or ()
    return raw["kind"] == DAEMON_SET.kind or any("hostPath" in volume for volume in volumes)


def _selector(raw: Mapping[str, Any]) -> str:
    """The workload's selector as the API server takes it in a query."""
    selector: Mapping[str, Any] = raw["spec"]["selector"]
    terms = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for entry in selector.get("matchExpressions") or ():
        key, values = entry["key"], ",".join(entry.get("values") or ())
        terms.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[entry["operator"]]
        )
    return ",".join(terms)


def _is_of(pod: Object, raw: Mapping[str, Any]) -> bool:
    """A Deployment's pods belong to its ReplicaSets, whose names begin with its own."""
    owners = pod["metadata"].get("ownerReferences") or ()
    if raw["kind"] == DEPLOYMENT.kind:
        mine = f"{raw['metadata']['name']}-"
        return any(o["kind"] == "ReplicaSet" and o["name"].startswith(mine) for o in owners)
    return any(owner.get("uid") == raw["metadata"].get("uid") for owner in owners)
