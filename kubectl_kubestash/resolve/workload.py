"""Of which parts does the data of a workload consist?

A Deployment has one: its pods share their volumes. A StatefulSet has one for each of its pods, a
DaemonSet one for each of its nodes (https://kubernetes.io/docs/concepts/workloads/controllers/).
Each part is a component of the Snapshot, and has a Job of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .volume_affinity import has_ended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.meta import TypedObjectReference
    from .manifest import Object

GROUP = "apps"
DEPLOYMENT, STATEFUL_SET, DAEMON_SET = "Deployment", "StatefulSet", "DaemonSet"
KINDS = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)

_ORDINAL = re.compile(r"(?:[a-z]+-)?pod-(\d+)")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet with the pods that it has now."""

    raw: Mapping[str, Any]
    pods: Sequence[Mapping[str, Any]] = ()
    """Needed where the data lies on nodes; those of others are passed over."""

    @property
    def kind(self) -> str:
        """`Deployment`, `StatefulSet` or `DaemonSet`."""
        return str(self.raw["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.raw["metadata"]["name"])

    @property
    def subject(self) -> str:
        """What a message calls it."""
        return f"{self.kind} {self.raw['metadata'].get('namespace', '')}/{self.name}"

    @property
    def pod_spec(self) -> Mapping[str, Any]:
        """The spec of its pod template."""
        spec: Mapping[str, Any] = self.raw["spec"]["template"]["spec"]
        return spec

    @property
    def replicas(self) -> int:
        """How many pods it should have; a DaemonSet has one for each node instead."""
        wanted = self.raw["spec"].get("replicas")
        return 1 if wanted is None else int(wanted)

    @property
    def ordinals(self) -> range:
        """The ordinals of a StatefulSet's pods."""
        start = int((self.raw["spec"].get("ordinals") or {}).get("start") or 0)
        return range(start, start + self.replicas)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes of its pods, by name."""
        found = {
            str(pod["spec"]["nodeName"])
            for pod in self.pods
            if pod["spec"].get("nodeName") and not has_ended(pod)
        }
        return tuple(sorted(found))


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one Job works on."""

    suffix: str = ""
    """What its Job's name ends in: the ordinal or the node; empty for the whole."""

    node: str = ""
    """The node whose directories it sees; empty when nothing of it lies on a node."""

    volumes: Mapping[str, Mapping[str, Any]]
    """The volumes of the pod by name, as this part's pod has them."""

    def component(self, kind: str, word: str) -> str:
        """The name of the component that the task `word`, such as `dump`, makes of it."""
        if not self.suffix:
            return word
        return f"{word}-pod-{self.suffix}" if kind == STATEFUL_SET else f"{word}-{self.suffix}"


def is_workload(target: TypedObjectReference | None) -> bool:
    """Whether the target is one of the kinds above."""
    return target is not None and target.api_group == GROUP and target.kind in KINDS


def has_volumes(target: TypedObjectReference) -> bool:
    """Whether a Job can mount the data of the target: it is a claim, or has pods with claims."""
    return is_workload(target) or (target.kind == "PersistentVolumeClaim" and not target.api_group)


def ordinal_of(component: str) -> int | None:
    """The ordinal of the pod that a component is of; None when it is of none."""
    found = _ORDINAL.fullmatch(component)
    return int(found[1]) if found else None


def parts(workload: Workload) -> list[Part]:
    """All parts. Raises UsageError when there is none."""
    if workload.kind == DEPLOYMENT:
        return [_whole(workload)]
    if workload.kind == STATEFUL_SET:
        found = [_of_ordinal(workload, ordinal) for ordinal in workload.ordinals]
    else:
        found = [_of_node(workload, node) for node in workload.nodes]
    if not found:
        why = "has 0 replicas" if workload.kind == STATEFUL_SET else "has no pod on any node"
        raise UsageError(f"{workload.subject} {why}, so there is nothing to back up.")
    return found


def part_for(workload: Workload, component: str, *, is_alone: bool) -> Part:
    """The part of the target that this component of a Snapshot is restored to.

    `is_alone`: no other component is restored. It may then go to the only part that there is, so
    that a single pod's data moves between kinds and nodes. Raises UsageError.
    """
    if workload.kind == DEPLOYMENT:
        return _whole(workload)
    if workload.kind == STATEFUL_SET:
        return _ordinal_for(workload, component, is_alone=is_alone)
    node = component.partition("-")[2]
    if node in workload.nodes:
        return _of_node(workload, node)
    if is_alone and len(workload.nodes) == 1:
        return _of_node(workload, workload.nodes[0])
    there = ", ".join(workload.nodes) or "none"
    raise UsageError(
        f"{workload.subject} has no pod on the node of component {component!r}; nodes: {there}."
    )


def without_data(workload: Workload, components: Sequence[str]) -> list[str]:
    """The components that the target would need to be restored whole, and does not get."""
    if workload.kind != STATEFUL_SET:
        return []
    given = {ordinal_of(name) for name in components} - {None}
    return [f"dump-pod-{n}" for n in workload.ordinals if n not in given] if given else []


def _ordinal_for(workload: Workload, component: str, *, is_alone: bool) -> Part:
    ordinals = workload.ordinals
    mine = ordinal_of(component)
    # Scaled to zero for the restore: its claims are there, and its pods come back later.
    if mine is not None and (mine in ordinals or not ordinals):
        return _of_ordinal(workload, mine)
    if mine is None and is_alone and len(ordinals) == 1:
        return _of_ordinal(workload, ordinals[0])
    there = f"{ordinals[0]} to {ordinals[-1]}" if ordinals else "none"
    raise UsageError(
        f"{workload.subject} has no pod for component {component!r}; ordinals: {there}."
    )


def _whole(workload: Workload) -> Part:
    nodes = workload.nodes
    return Part(node=nodes[0] if len(nodes) == 1 else "", volumes=_volumes(workload))


def _of_ordinal(workload: Workload, ordinal: int) -> Part:
    pod = f"{workload.name}-{ordinal}"
    claims = {
        name: {"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{pod}"}}
        for template in workload.raw["spec"].get("volumeClaimTemplates") or ()
        for name in [str(template["metadata"]["name"])]
    }
    node = next(
        (
            str(each["spec"].get("nodeName") or "")
            for each in workload.pods
            if each["metadata"]["name"] == pod and not has_ended(each)
        ),
        "",
    )
    return Part(suffix=str(ordinal), node=node, volumes={**_volumes(workload), **claims})


def _of_node(workload: Workload, node: str) -> Part:
    return Part(suffix=node, node=node, volumes=_volumes(workload))


def _volumes(workload: Workload) -> dict[str, Object]:
    return {str(each["name"]): dict(each) for each in workload.pod_spec.get("volumes") or ()}
