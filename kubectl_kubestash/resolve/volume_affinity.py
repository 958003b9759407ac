"""On which node must a Job run that mounts volumes of an application?

A volume that can be mounted on one node only is where its current consumer is. Required node
affinity, and not `nodeName`: the scheduler still checks room and the topology of the volume
(https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .affinity import both

Object = Mapping[str, Any]

_SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})


class ClaimUse(NamedTuple):
    """A PersistentVolumeClaim and the nodes of the Pods that mount it now."""

    name: str
    is_bound_to_one_node: bool
    nodes: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, claim: Object | None, pods: Iterable[Object]) -> ClaimUse:
        """How this claim is used by these Pods. A claim that is not there binds nothing."""
        modes = set((claim or {}).get("spec", {}).get("accessModes") or ())
        nodes = {
            str(pod["spec"]["nodeName"])
            for pod in pods
            if _mounts(pod, name) and pod["spec"].get("nodeName") and not has_ended(pod)
        }
        return cls(name, bool(modes) and not modes & _SHARED, tuple(sorted(nodes)))


def claims_of(job: Object) -> frozenset[str]:
    """The claims that the Pods of this Job mount."""
    return frozenset(_claims(job["spec"]["template"]["spec"]))


def required_affinity(uses: Iterable[ClaimUse]) -> dict[str, Any]:
    """An `affinity` that keeps the Pod where the volumes are; empty when it may run anywhere."""
    bound = [use for use in uses if use.is_bound_to_one_node and use.nodes]
    return on_node(bound[0].nodes[0]) if bound else {}


def on_node(name: str) -> dict[str, Any]:
    """An `affinity` that keeps a Pod on this node; empty without a name."""
    if not name:
        return {}
    fields = [{"key": "metadata.name", "operator": "In", "values": [name]}]
    terms = [{"matchFields": fields}]
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}
        }
    }


def bound_to_volumes(job: Object, uses: Iterable[ClaimUse]) -> dict[str, Any]:
    """The Job, kept where those of its volumes are that one node alone can mount."""
    claims = claims_of(job)
    ours = required_affinity(use for use in uses if use.name in claims)
    if not ours:
        return dict(job)
    template = job["spec"]["template"]
    pod = {**template["spec"], "affinity": both(template["spec"].get("affinity") or {}, ours)}
    return {**job, "spec": {**job["spec"], "template": {**template, "spec": pod}}}


def _mounts(pod: Object, claim: str) -> bool:
    return claim in _claims(pod["spec"])


def _claims(spec: Object) -> list[str]:
    volumes = spec.get("volumes") or ()
    sources = (volume.get("persistentVolumeClaim") for volume in volumes)
    return [str(source["claimName"]) for source in sources if source]


def has_ended(pod: Object) -> bool:
    """Whether the Pod has ended, and so uses no volume any more."""
    return (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
