"""Manifests of Stash as people have them, and what they become."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from kubectl_kubestash.resolve.convert.conversion import Converted, convert
from kubectl_kubestash.resolve.convert.manifests import objects_in

STASH = Path(__file__).parent / "stash"
Object = dict[str, Any]


def objects(*names: str) -> list[Object]:
    """All objects of these files, or of all."""
    paths = [STASH / f"{name}.yaml" for name in names] or sorted(STASH.glob("*.yaml"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [dict(found.raw) for text in texts for found in objects_in(text)[0]]


@cache
def results(*names: str) -> list[Converted]:
    """What each of them becomes."""
    return convert(objects(*names))


def made(kind: str, name: str, *names: str) -> Object:
    """The spec of one of the objects that are made."""
    (found,) = [
        one["spec"]
        for result in results(*names)
        for one in result.objects
        if (one["kind"], one["metadata"]["name"]) == (kind, name)
    ]
    spec: Object = found
    return spec


def told(about: str) -> dict[str, str]:
    """The level of each field that is spoken of."""
    return {note.path: note.level for one in results() if one.about == about for note in one.notes}
