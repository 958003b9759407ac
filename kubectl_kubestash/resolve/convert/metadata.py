"""Which metadata does a converted object have?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import ObjectKey
from ..manifest import Object, manifest

if TYPE_CHECKING:
    from ...api.resources import Resource
    from .reading import Reading

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_OF_THE_SERVER = (
    *("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"),
    *("deletionTimestamp", "deletionGracePeriodSeconds"),
)


def home_of(reading: Reading) -> str:
    """The namespace of the object; empty when the manifest names none."""
    return str(reading.get("metadata.namespace") or "")


def same(resource: Resource, reading: Reading, *, namespace: str | None = None) -> Object:
    """A new object with the metadata of the old one, and no spec yet."""
    reading.take("apiVersion")
    reading.take("kind")
    given = reading.at("metadata")
    home = str(given.take("namespace") or "") if namespace is None else namespace
    made = manifest(resource, ObjectKey(home, str(given.take("name") or "")))
    metadata: dict[str, Any] = made["metadata"]
    if labels := given.take("labels"):
        metadata["labels"] = labels
    if annotations := _annotations(given):
        metadata["annotations"] = annotations
    for field in _OF_THE_SERVER:
        given.drop(field, "the API server sets it")
    given.drop("finalizers", "they belong to Stash's operator")
    reading.drop("status", "the operator writes it")
    return made


def _annotations(given: Reading) -> dict[str, Any]:
    annotations = given.take("annotations") or {}
    if annotations.pop(LAST_APPLIED, None) is not None:
        message = f"the annotation {LAST_APPLIED} belongs to the old object"
        given.drop("annotations", message)
    return dict(annotations)
