"""Removes the data of Snapshots: forget by recorded id, verify, prune, then the record.

Everything here may be cut off at any line and done again: an id that is gone already is no error,
and pruning a repository that needs none costs a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..resolve.wording import counted
from .guarded import GuardedRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..kube.client import Object
    from .facts import RepositoryFacts
    from .opening import Toolbox
    from .repository_files import RepositoryFiles


@dataclass(frozen=True)
class Doomed:
    """What of one component's restic repository is to go."""

    ids: tuple[str, ...]
    repository_ids: tuple[str, ...]
    """On record as the repository that holds them."""


def by_component(snapshots: Sequence[Object]) -> dict[str, Doomed]:
    """What these Snapshots have stored, by component path; only what is on record."""
    found: dict[str, Doomed] = {}
    for raw in snapshots:
        for part in _components(raw):
            ids = recorded_ids(part)
            path = str(part.get("path") or "")
            if not ids or not path:
                continue
            before = found.get(path, Doomed((), ()))
            repository_id = str(part.get("repositoryID") or "")
            found[path] = Doomed(
                (*before.ids, *ids),
                (*before.repository_ids, repository_id) if repository_id else before.repository_ids,
            )
    return found


def recorded_ids(part: Mapping[str, Any]) -> tuple[str, ...]:
    """The restic snapshots that a component names, in either form of its statistics."""
    entries = (entry.get("summary") or entry for entry in part.get("resticStats") or ())
    return tuple(str(entry["id"]) for entry in entries if entry.get("id"))


def remove(
    snapshots: Sequence[Object],
    *,
    toolbox: Toolbox,
    facts: RepositoryFacts,
    files: RepositoryFiles,
    narrate: Callable[[str], None],
) -> list[str]:
    """Remove the data and the records of these Snapshots; their names. Raises when one fails."""
    for path, doomed in sorted(by_component(snapshots).items()):
        repository = GuardedRepository(toolbox, facts, path, narrate=narrate)
        forget_and_prune(repository, doomed.ids, doomed.repository_ids, narrate=narrate)
    names = []
    for raw in sorted(snapshots, key=lambda raw: str(raw["metadata"]["name"])):
        files.delete_snapshot(raw)
        names.append(str(raw["metadata"]["name"]))
        narrate(f"Removed the data of Snapshot {names[-1]}.")
    return names


def forget_and_prune(
    repository: GuardedRepository,
    ids: Sequence[str],
    repository_ids: Sequence[str] = (),
    *,
    narrate: Callable[[str], None],
) -> None:
    """Forget these ids and free what only they needed, alone in the repository."""
    repository.restic.check_version()
    repository.identification.confirm(repository_ids)
    with repository.exclusively():
        what = counted(len(ids), "restic snapshot")
        narrate(f"Forgetting {what} of {repository.component_path}.")
        repository.forget(ids)
        # Also when all ids were gone already: a run that was killed may not have come to this.
        repository.patiently(repository.restic.prune)


def _components(raw: Object) -> list[Mapping[str, Any]]:
    parts: Mapping[str, Mapping[str, Any]] = (raw.get("status") or {}).get("components") or {}
    return [part for _name, part in sorted(parts.items())]
