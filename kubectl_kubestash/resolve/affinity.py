"""Which nodes fit when two rules must both hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .manifest import Object

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def both(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Object:
    """An affinity that asks for all that either asks for.

    Terms of a node selector are alternatives, so each of ours is joined with each of theirs
    (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity).
    """
    if not theirs or not ours:
        return dict(ours or theirs)
    result: Object = {}
    for kind in ("nodeAffinity", "podAffinity", "podAntiAffinity"):
        first, second = theirs.get(kind) or {}, ours.get(kind) or {}
        if joined := _joined(kind, first, second):
            result[kind] = joined
    return result


def _joined(kind: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> Object:
    joined: Object = {}
    if preferred := [*(first.get(_PREFERRED) or ()), *(second.get(_PREFERRED) or ())]:
        joined[_PREFERRED] = preferred
    if kind != "nodeAffinity":
        if required := [*(first.get(_REQUIRED) or ()), *(second.get(_REQUIRED) or ())]:
            joined[_REQUIRED] = required
    elif terms := _crossed(_terms(first), _terms(second)):
        joined[_REQUIRED] = {"nodeSelectorTerms": terms}
    return joined


def _terms(affinity: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (affinity.get(_REQUIRED) or {}).get("nodeSelectorTerms") or ()


def _crossed(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> list[Object]:
    if not first or not second:
        return [dict(term) for term in first or second]
    return [_and(one, other) for one in first for other in second]


def _and(one: Mapping[str, Any], other: Mapping[str, Any]) -> Object:
    return {
        name: [*(one.get(name) or ()), *(other.get(name) or ())]
        for name in ("matchExpressions", "matchFields")
        if one.get(name) or other.get(name)
    }
