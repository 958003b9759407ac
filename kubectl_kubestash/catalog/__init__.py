"""The Addons and Functions that we bring along.

Tasks, parameters and flags are called as in KubeStash's own catalogue
(https://github.com/kubestash/installer), so that sessions written for it run here. Which of the
tasks this version cannot run yet stands in an annotation of the Addon.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "kubestash.com"
PART_OF = "app.kubernetes.io/part-of"
NAME = "kubectl-kubestash"
"""Marks the catalogue as ours; KubeStash's own is marked as Helm's."""


def documents() -> list[dict[str, Any]]:
    """All Functions, then all Addons, ready to be applied."""
    folder = resources.files(__name__)
    files = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    found = [
        _marked(document)
        for name in files
        for document in yaml.safe_load_all(folder.joinpath(name).read_text(encoding="utf-8"))
    ]
    return sorted(found, key=lambda each: (each["kind"] != "Function", each["metadata"]["name"]))


def is_ours(document: Mapping[str, Any]) -> bool:
    """Whether an Addon or Function of the cluster came from this catalogue."""
    labels = (document.get("metadata") or {}).get("labels") or {}
    return labels.get(MANAGED_BY) == MANAGER and labels.get(PART_OF) == NAME


def _marked(document: dict[str, Any]) -> dict[str, Any]:
    metadata = {**document["metadata"], "labels": {MANAGED_BY: MANAGER, PART_OF: NAME}}
    return {**document, "metadata": metadata}
