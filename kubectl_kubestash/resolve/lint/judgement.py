"""What would the API server and the operator say about these manifests?

The schemas judge each object alone; the checks that the operator makes judge it among the others.
What only a cluster can know, such as whether a Snapshot is there, is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.kinds import MODELS
from ...api.manifest_check import schema_problems
from ...errors import Invalid
from ..findings import Finding
from ..validation.unsupported_kind import kind_findings
from ..wording import NOT_SUPPORTED
from .manifests import ERROR, WARNING, LintFinding
from .relations import findings_among_others
from .surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...api.meta import KubeResource
    from .manifests import Manifest

NEEDS_A_CLUSTER = {
    "NoBackends",
    "PolicyMissing",
    "RepositoryNotFound",
    "SnapshotNotFound",
    "StorageNotFound",
    "TargetMissing",
    "TargetNotFound",
    "UnknownAddon",
    "UnknownFunction",
}
"""Reasons of findings that say that something was not found, or that no default is there."""

WARNINGS = {NOT_SUPPORTED, "OldTaskName"}
"""Reasons of findings that keep no manifest from being taken."""


def judge(
    manifests: Sequence[Manifest], *, catalogue: Iterable[Mapping[str, Any]] = ()
) -> list[LintFinding]:
    """Everything to be said about these manifests; `catalogue` are raw Addons and Functions."""
    findings: list[LintFinding] = []
    views: list[tuple[Manifest, KubeResource]] = []
    for manifest in manifests:
        if manifest.resource is None:
            continue
        wrong = _against_schema(manifest)
        findings += [manifest.finding(one) for one in wrong]
        if not wrong:
            views.append((manifest, _view(manifest)))
    others = [manifest for manifest in manifests if manifest.resource is None]
    around = Surroundings(views, others, catalogue)
    for manifest, view in views:
        for one in _among_others(manifest, view, around):
            level = WARNING if one.reason in WARNINGS else ERROR
            findings.append(manifest.finding(one, level=level))
    return findings


def _against_schema(manifest: Manifest) -> list[Finding]:
    assert manifest.resource is not None
    problems = schema_problems(manifest.resource, manifest.raw)
    owner = f"{manifest.resource.kind} {manifest.key}"
    found = [
        Finding("Schema", f"{owner}: {one.path or 'the object'} {one.message}", one.path)
        for one in problems
    ]
    if found:
        return found
    try:
        _view(manifest)
    except Invalid as error:
        return [Finding("Schema", error.message)]
    return []


def _view(manifest: Manifest) -> KubeResource:
    assert manifest.resource is not None
    key = manifest.key
    metadata = {**manifest.raw["metadata"], "name": key.name, "namespace": key.namespace}
    return MODELS[manifest.resource].parse({**manifest.raw, "metadata": metadata})


def _among_others(manifest: Manifest, view: KubeResource, around: Surroundings) -> list[Finding]:
    assert manifest.resource is not None
    asked = findings_among_others(manifest, view, around)
    found = [one for one in asked if one.reason not in NEEDS_A_CLUSTER]
    return found + kind_findings(manifest.resource, manifest.key)
