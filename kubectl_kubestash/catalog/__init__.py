"""The Addons and Functions that we bring along.

Addons, tasks, parameters, Functions and variables are called as in KubeStash's own catalogue
(https://github.com/kubestash/installer), so that sessions written for it are understood here. What
this version cannot run yet is there all the same, with an annotation that says so: on the Function
`kubestash.com/unsupported-command`, on the Addon `kubestash.com/unsupported-tasks`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "kubestash.com"
PART_OF = "app.kubernetes.io/part-of"
NAME = "kubectl-kubestash"
"""Marks the catalogue as ours; KubeStash's own is marked as Helm's."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents() -> list[dict[str, Any]]:
    """All Functions, then all Addons, ready to be applied; each call gives objects of its own."""
    return cast("list[dict[str, Any]]", json.loads(_as_json()))


def is_ours(document: Mapping[str, Any]) -> bool:
    """Whether an Addon or Function of the cluster came from this catalogue."""
    labels = (document.get("metadata") or {}).get("labels") or {}
    return labels.get(MANAGED_BY) == MANAGER and labels.get(PART_OF) == NAME


@cache
def _as_json() -> str:
    """The whole catalogue: JSON is read a hundred times faster than YAML."""
    folder = resources.files(__name__)
    files = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    found = [
        _marked(document)
        for name in files
        for document in yaml.load_all(folder.joinpath(name).read_text(encoding="utf-8"), _LOADER)
    ]
    found.sort(key=lambda each: (each["kind"] != "Function", each["metadata"]["name"]))
    return json.dumps(found)


def _marked(document: dict[str, Any]) -> dict[str, Any]:
    metadata = {**document["metadata"], "labels": {MANAGED_BY: MANAGER, PART_OF: NAME}}
    return {**document, "metadata": metadata}
