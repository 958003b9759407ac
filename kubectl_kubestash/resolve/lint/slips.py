"""What is probably a slip of the pen, although it could be right?"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ...api.core.backup_configuration import BackupConfiguration
from ...api.core.restore_session import RestoreSession
from ..findings import Finding
from .manifests import WARNING, LintFinding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ...api.meta import KubeResource
    from .manifests import Manifest

REASONS = frozenset({"AddonNotAtHand", "DuplicateObject"})
_NEAR = 0.85
"""How alike two names must be, from 0 to 1, so that one is taken for the other."""


def near_addons(view: KubeResource, known: Collection[str]) -> list[Finding]:
    """Addons that may be in the cluster, but are called almost as one that is known."""
    found = []
    for field, name in _addons(view):
        near = [] if name in known else difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
        if near:
            message = (
                f"{view.resource.kind} {view.key}: {field}: the Addon {name!r} is neither among "
                f"these manifests nor one that install brings. Did you mean {near[0]}?"
            )
            found.append(Finding("AddonNotAtHand", message, field))
    return found


def _addons(view: KubeResource) -> Iterator[tuple[str, str]]:
    if isinstance(view, BackupConfiguration):
        for index, session in enumerate(view.spec.sessions):
            yield f"spec.sessions[{index}].addon.name", session.addon.name
    if isinstance(view, RestoreSession):
        yield "spec.addon.name", view.spec.addon.name


def doubled(manifests: Iterable[Manifest]) -> list[LintFinding]:
    """Objects that stand twice in one folder: only the one that is applied last counts."""
    seen: dict[tuple[object, ...], Manifest] = {}
    found = []
    for manifest in manifests:
        key = manifest.key
        if manifest.resource is None or not key.name:
            continue
        first = seen.setdefault((manifest.folder, manifest.resource, key), manifest)
        if first is not manifest:
            place = first.document.place(first.path)
            message = (
                f"{manifest.resource.kind} {key}: the same object stands in "
                f"{first.file}:{place.line} as well; only the one that is applied last counts."
            )
            said = Finding("DuplicateObject", message, "metadata.name")
            found.append(manifest.finding(said, level=WARNING))
    return found
