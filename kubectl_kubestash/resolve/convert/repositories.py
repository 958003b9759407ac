"""What is the Repository of each BackupConfiguration called, and where in the storage is it?

Several configurations of Stash may share a Repository, which KubeStash keeps for one application.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .stash_objects import name_of, named, namespace_of, spec_of, valid_name

if TYPE_CHECKING:
    from .stash_objects import Raw, StashObjects


class Place(NamedTuple):
    """A Repository of KubeStash's, in the namespace of its configuration."""

    namespace: str
    name: str
    directory: str


@lru_cache(maxsize=1)
def places(stash: StashObjects) -> dict[tuple[str, str], Place]:
    """The place of each BackupConfiguration, by its namespace and name."""
    found: dict[tuple[str, str], Place] = {}
    names: set[tuple[str, str]] = set()
    directories: set[tuple[str, str, str]] = set()
    for raw in stash.configurations():
        home, own = namespace_of(raw), name_of(raw)
        old, storage_home = named(spec_of(raw).get("repository"), home)
        name = next(
            each
            for each in (old or own, f"{old}-{own}", *(f"{old}-{own}-{n}" for n in range(2, 999)))
            if (home, each) not in names
        )
        directory = next(
            each for each in _directories(raw) if (storage_home, old, each) not in directories
        )
        names.add((home, name))
        directories.add((storage_home, old, directory))
        found[home, own] = Place(home, valid_name(name), directory)
    return found


def _directories(raw: Raw) -> list[str]:
    """Where it may be, the first choice first."""
    ref = (spec_of(raw).get("target") or {}).get("ref") or {}
    name, namespace = named(ref, namespace_of(raw))
    first = "/".join(part for part in (namespace, name or name_of(raw)) if part)
    kind = str(ref.get("kind") or "other").lower()
    more = (f"{first}-{kind}-{valid_name(name_of(raw))}-{number}" for number in range(2, 999))
    return [first, f"{first}-{kind}", f"{first}-{kind}-{valid_name(name_of(raw))}", *more]


def restored_from(stash: StashObjects, restore: Raw) -> Place:
    """The Repository that a RestoreSession means."""
    spec, home = spec_of(restore), namespace_of(restore)
    wanted = named(spec.get("repository"), home)
    known = places(stash)
    fitting = [
        raw
        for raw in stash.configurations()
        if named(spec_of(raw).get("repository"), namespace_of(raw)) == wanted
    ]
    target = (spec.get("target") or {}).get("ref")
    same = [raw for raw in fitting if (spec_of(raw).get("target") or {}).get("ref") == target]
    for raw in (*same, *fitting):
        return known[namespace_of(raw), name_of(raw)]
    return Place(wanted[1], wanted[0], "")
