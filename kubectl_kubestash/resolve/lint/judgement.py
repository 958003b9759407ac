"""What would the API server and the operator say about these manifests?

The schemas judge each object alone; the checks that the operator makes judge it among the others.
What only a cluster can know, such as whether a Snapshot is there, is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.addons.addon import Addon
from ...api.kinds import MODELS
from ...api.manifest_check import schema_problems
from ...errors import Invalid
from ..addon_lint import WARNINGS as ADDON_WARNINGS
from ..findings import Finding
from ..validation.by_kind import findings_of
from ..validation.unsupported_kind import kind_findings
from ..validation.warnings import WARNINGS
from .manifests import ERROR, WARNING, LintFinding
from .relations import Relations
from .slips import REASONS as SLIPS
from .slips import doubled, near_addons
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

_ALL_WARNINGS = WARNINGS | ADDON_WARNINGS | SLIPS


def judge(
    manifests: Sequence[Manifest], *, catalogue: Iterable[Mapping[str, Any]] = ()
) -> list[LintFinding]:
    """Everything to be said about these manifests; `catalogue` are raw Addons and Functions."""
    views, findings = readable(manifests)
    others = [manifest for manifest in manifests if manifest.resource is None]
    around = Surroundings(views, others, catalogue)
    addons = around.names(Addon)
    findings += doubled(manifests)
    for manifest, view in views:
        asked = findings_of(view, Relations(around, manifest))
        asked += near_addons(view, addons)
        findings += said(manifest, [one for one in asked if one.reason not in NEEDS_A_CLUSTER])
    return findings


def readable(
    manifests: Iterable[Manifest],
) -> tuple[list[tuple[Manifest, KubeResource]], list[LintFinding]]:
    """The objects of our kinds that the API server would take, and why it would not take others."""
    findings: list[LintFinding] = []
    views: list[tuple[Manifest, KubeResource]] = []
    for manifest in manifests:
        if manifest.resource is None:
            continue
        wrong = _against_schema(manifest)
        findings += [manifest.finding(one) for one in wrong]
        if not wrong:
            views.append((manifest, view_of(manifest)))
    return views, findings


def said(manifest: Manifest, found: Iterable[Finding]) -> list[LintFinding]:
    """The findings about an object with their levels; also that nothing comes of its kind."""
    assert manifest.resource is not None
    return [
        manifest.finding(one, level=WARNING if one.reason in _ALL_WARNINGS else ERROR)
        for one in (*found, *kind_findings(manifest.resource, manifest.key))
    ]


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
        view_of(manifest)
    except Invalid as error:
        return [Finding("Schema", error.message)]
    return []


def view_of(manifest: Manifest) -> KubeResource:
    """The object as a model. Raises Invalid."""
    assert manifest.resource is not None
    key = manifest.key
    metadata = {**manifest.raw["metadata"], "name": key.name, "namespace": key.namespace}
    return MODELS[manifest.resource].parse({**manifest.raw, "metadata": metadata})
