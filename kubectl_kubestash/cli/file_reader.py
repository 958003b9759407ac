"""Objects from files instead of a cluster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from . import bundle

if TYPE_CHECKING:
    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Object


class Files:
    """Objects from files, read as if they were in a cluster."""

    def __init__(self, documents: Sequence[Object]) -> None:
        self.documents = documents

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        """The object of this name; an object without a namespace is in every one."""
        for item in self.list(resource, key.namespace):
            if item["metadata"]["name"] == key.name:
                return item
        return None

    def list(self, resource: Resource, namespace: str = "") -> list[Object]:
        """All objects of a kind."""
        return [
            item
            for item in self.documents
            if (item.get("apiVersion"), item.get("kind")) == (resource.api_version, resource.kind)
            and namespace in {"", item["metadata"].get("namespace", namespace)}
        ]


def read_files(paths: Sequence[Path]) -> Files:
    """All objects of these files and folders, and what install brings beside them.

    An Addon or Function of the files takes the place of ours of that name. Raises UsageError that
    names the file.
    """
    documents: list[Object] = []
    for path in paths:
        if str(path) == "-":
            documents += bundle.parse_yaml(sys.stdin.read(), "stdin")
            continue
        names = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
        for name in names:
            try:
                documents += bundle.read_yaml(name)
            except OSError as error:
                raise UsageError(f"-f {name}: {error.strerror}") from None
    theirs = {_identity(document) for document in documents}
    ours = [each for each in bundle.catalogue() if _identity(each) not in theirs]
    return Files([*documents, *ours])


def _identity(document: Object) -> tuple[object, object]:
    return document.get("kind"), (document.get("metadata") or {}).get("name")
