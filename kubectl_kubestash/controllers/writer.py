"""All writes of the operator.

Each asks first whether we still hold the Lease, carries a precondition where a phase could change,
leaves out what is already so, and is remembered in the store, so that the next pass sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import AlreadyExists, NotFound, Refused
from ..kube.store import key_of

if TYPE_CHECKING:
    from ..api.resources import ObjectKey, Resource
    from ..kube.client import Client, Object
    from .store import Store


class Writer:
    """Creates, patches and deletes. Raises Refused when the Lease is lost."""

    def __init__(self, client: Client, store: Store, *, may_write: Callable[[], bool]) -> None:
        self._client = client
        self._store = store
        self._may_write = may_write

    def create(self, resource: Resource, body: Mapping[str, Any]) -> Object:
        """A new object. Raises AlreadyExists."""
        self._check()
        created = self._client.create(resource, body)
        self._store.remember(resource, created)
        return created

    def ensure(
        self,
        resource: Resource,
        body: Mapping[str, Any],
        *,
        ours: Callable[[Object], bool] = lambda _: True,
    ) -> tuple[Object, bool]:
        """The object of this name, and whether it was created now.

        One that is there already is as good, if `ours` says so; otherwise AlreadyExists is raised.
        """
        try:
            return self.create(resource, body), True
        except AlreadyExists:
            there = self._client.get(resource, key_of(dict(body)))
            if not ours(there):
                raise
            self._store.remember(resource, there)
            return there, False

    def apply(self, resource: Resource, body: Mapping[str, Any]) -> Object:
        """Server-side apply of the fields that are ours."""
        self._check()
        applied = self._client.apply(resource, body)
        self._store.remember(resource, applied)
        return applied

    def patch(self, resource: Resource, raw: Object, changes: Mapping[str, Any]) -> Object:
        """A merge patch of what differs, if it is unchanged since `raw`. Raises Conflict."""
        return self._patch(resource, raw, difference(raw, changes), "")

    def patch_status(self, resource: Resource, raw: Object, status: Mapping[str, Any]) -> Object:
        """A merge patch of the status, if the object is unchanged since `raw`. Raises Conflict.

        Only what differs is sent; when nothing does, nothing is. None removes a field.
        """
        changes = difference(raw.get("status") or {}, status)
        return self._patch(resource, raw, {"status": changes} if changes else {}, "status")

    def delete(self, resource: Resource, raw: Object, *, propagation: str = "Background") -> None:
        """Ask for exactly this object to be deleted; one that is gone already is fine."""
        self._check()
        try:
            self._client.delete(
                resource,
                key_of(raw),
                uid=str(raw["metadata"].get("uid", "")),
                propagation=propagation,
            )
        except NotFound:
            self._store.remember_deleted(resource, raw)
            return
        if not raw["metadata"].get("finalizers"):
            self._store.remember_deleted(resource, raw)

    def delete_by_name(self, resource: Resource, key: ObjectKey) -> None:
        """Ask for an object to be deleted that is known by its name only."""
        self._check()
        try:
            self._client.delete(resource, key)
        except NotFound:
            return

    def _patch(
        self, resource: Resource, raw: Object, changes: Mapping[str, Any], subresource: str
    ) -> Object:
        if not changes:
            return raw
        self._check()
        patched = self._client.patch(
            resource,
            key_of(raw),
            changes,
            subresource=subresource,
            resource_version=str(raw["metadata"].get("resourceVersion", "")),
        )
        metadata = patched["metadata"]
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            # The last finalizer is off: what came back is the object's last state.
            self._store.remember_deleted(resource, patched)
        else:
            self._store.remember(resource, patched)
        return patched

    def _check(self) -> None:
        if not self._may_write():
            raise Refused("This operator does not hold the Lease any more, so it writes nothing.")


def difference(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch (RFC 7396) that gives `before` the fields of `wanted`; others stay."""
    changes: dict[str, Any] = {}
    for key, value in wanted.items():
        there = before.get(key)
        if isinstance(value, Mapping):
            inner = difference(there if isinstance(there, Mapping) else {}, value)
            if inner or not isinstance(there, Mapping):
                changes[key] = inner
        elif there != (list(value) if isinstance(value, tuple) else value):
            changes[key] = value
    return changes


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What `before` is after this merge patch."""
    result = dict(before)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            there = result.get(key)
            result[key] = merged(there if isinstance(there, Mapping) else {}, value)
        else:
            result[key] = value
    return result
