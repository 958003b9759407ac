"""Our finalizer on an object: put on before there is something to clean up, taken off after.

https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Forbidden, KubeStashError, NotFound
from ..resolve.labels import FINALIZER

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Object
    from .writer import Writer


def has_ours(raw: Object) -> bool:
    """Whether our finalizer is on the object."""
    return FINALIZER in (raw["metadata"].get("finalizers") or ())


def is_being_deleted(raw: Object) -> bool:
    """Whether somebody has asked for the object to be deleted."""
    return bool(raw["metadata"].get("deletionTimestamp"))


def put_on(writer: Writer, resource: Resource, raw: Object) -> Object:
    """The object with our finalizer. Raises Conflict."""
    if has_ours(raw):
        return raw
    names = [*(raw["metadata"].get("finalizers") or ()), FINALIZER]
    return writer.patch(resource, raw, {"metadata": {"finalizers": names}})


def take_off(writer: Writer, resource: Resource, raw: Object) -> None:
    """Let the object go. Raises Conflict; an object that is gone already is fine."""
    if not has_ours(raw):
        return
    names = [name for name in raw["metadata"]["finalizers"] if name != FINALIZER]
    try:
        writer.patch(resource, raw, {"metadata": {"finalizers": names}})
    except NotFound:
        return


def is_refused_by_end_of_namespace(error: KubeStashError) -> bool:
    """Whether the API server would not create something because the namespace is being deleted."""
    if isinstance(error, Forbidden):
        return "being terminated" in error.message or error.reason == "NamespaceTerminating"
    return False
