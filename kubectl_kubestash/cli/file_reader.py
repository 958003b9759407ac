"""Objects from files instead of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..resolve.lint.manifests import ERROR
from . import bundle
from .help_page import PROGRAM
from .lint_files import Read

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
            if item["metadata"].get("name") == key.name:
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


def read_files(paths: Sequence[str]) -> Files:
    """All objects of these files and folders, and what install brings beside them.

    They are read as `lint` reads them. An Addon or Function of the files takes the place of ours of
    that name. Raises UsageError with the place of what is no object.
    """
    read = Read(paths)
    for one in read.findings:
        if one.level == ERROR:
            where = f"{one.file}:{one.place.line}:{one.place.column}"
            raise UsageError(f"{where}: {one.finding.message}", f"{PROGRAM} lint -f {one.file}")
    documents = [dict(manifest.raw) for manifest in read.manifests]
    theirs = {_identity(document) for document in documents}
    ours = [each for each in bundle.catalogue() if _identity(each) not in theirs]
    return Files([*documents, *ours])


def _identity(document: Object) -> tuple[str, str]:
    return document["kind"], str(document["metadata"].get("name"))
