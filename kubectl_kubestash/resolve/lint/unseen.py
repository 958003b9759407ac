"""What can be said when a part of the cluster must not be seen?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.resources import (
    ADDON,
    BACKUP_STORAGE,
    FUNCTION,
    NAMESPACE,
    POD,
    REPOSITORY,
    RETENTION_POLICY,
    SNAPSHOT,
)
from ..findings import Finding
from .manifests import WARNING, LintFinding
from .yaml_reader import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ...api.resources import Resource

RESTS_ON: dict[str, frozenset[Resource]] = {
    "HookTemplateNotAllowed": frozenset({NAMESPACE}),
    "NoBackends": frozenset({BACKUP_STORAGE, NAMESPACE}),
    "NoPlaceForComponent": frozenset({POD}),
    "PodsWithoutData": frozenset({POD}),
    "PolicyMissing": frozenset({RETENTION_POLICY, NAMESPACE}),
    "PolicyNotAllowed": frozenset({NAMESPACE}),
    "RepositoryNotFound": frozenset({REPOSITORY, SNAPSHOT}),
    "SnapshotNotFound": frozenset({SNAPSHOT}),
    "StorageNotAllowed": frozenset({NAMESPACE}),
    "StorageNotFound": frozenset({BACKUP_STORAGE}),
    "TargetMissing": frozenset({SNAPSHOT}),
    "UnknownAddon": frozenset({ADDON}),
    "UnknownFunction": frozenset({FUNCTION}),
}
"""Reasons of findings that are wrong when objects of these kinds are only hidden."""


def certain(findings: Iterable[Finding], hidden: Collection[Resource]) -> list[Finding]:
    """Those that hold although nothing of these kinds could be seen."""
    return [one for one in findings if RESTS_ON.get(one.reason, frozenset()).isdisjoint(hidden)]


def told(hidden: Iterable[Resource]) -> list[LintFinding]:
    """That something could not be seen, for each kind."""
    found = []
    for resource in sorted(hidden, key=lambda each: each.kind):
        name = f"{resource.plural}.{resource.group}".rstrip(".")
        message = f"{name}: your rights do not show all of them; what rests on them is not judged."
        finding = Finding("NotAllowed", message)
        found.append(LintFinding("", BEGINNING, WARNING, finding, resource.kind))
    return found
