"""Create, change and delete objects as the API server does: what every kind has in common.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

import copy
import json
import uuid
from typing import TYPE_CHECKING, Any

from ..moment import in_seconds, now
from . import failure, identity, strategies
from .schema import Fitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .kinds import Kind, Kinds
    from .store import Store
    from .wire import Object

_SERVER_SETS = (
    *("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
    *("resourceVersion", "generation", "managedFields"),
)


class Objects:
    """All writes. To be called inside a transaction of the store."""

    def __init__(self, store: Store, kinds: Kinds, *, authority: str) -> None:
        self._store, self._kinds, self._authority = store, kinds, authority

    def find(self, kind: Kind, namespace: str, name: str) -> tuple[Object, bytes] | None:
        """An object, and the bytes that are stored of it."""
        body = self._store.get(kind.resource, namespace, name)
        return None if body is None else (json.loads(body), body)

    def get(self, kind: Kind, namespace: str, name: str) -> tuple[Object, bytes]:
        """As `find`. Raises Failure."""
        if (found := self.find(kind, namespace, name)) is None:
            raise failure.not_found(kind, name)
        return found

    def create(self, kind: Kind, namespace: str, new: Object, *, strict: bool = False) -> bytes:
        """A new object. Raises Failure."""
        metadata = identity.named(kind, namespace, new)
        name = metadata["name"]
        self._check_namespace(kind, namespace, name)
        for field in _SERVER_SETS:
            metadata.pop(field, None)
        strategies.before_create(kind, new)
        self._fit(kind, new, strict=strict)
        if self._store.get(kind.resource, namespace, name) is not None:
            raise failure.exists(kind, name)
        metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        if strategies.has_generation(kind):
            metadata["generation"] = 1
        strategies.after_defaults(kind, new)
        body = self._store.put(kind, new, None)
        for plural, extra in strategies.companions(kind, self._authority):
            self.create(self._kinds.stored(plural), name, extra)
        if kind.plural == "customresourcedefinitions":
            self._kinds.define(new)
        return body

    def update(
        self,
        kind: Kind,
        old: tuple[Object, bytes],
        new: Object,
        *,
        subresource: str = "",
        strict: bool = False,
    ) -> bytes:
        """The object as it is to be. Raises Failure, also when its resourceVersion is another."""
        was, before = old
        metadata = identity.named(kind, was["metadata"].get("namespace", ""), new)
        identity.check_versions(kind, was["metadata"], metadata)
        _keep_what_is_the_servers(kind, was, new, subresource)
        self._fit(kind, new, strict=strict)
        metadata = new["metadata"]
        if _without_version(new) == _without_version(was):
            return before
        if strategies.has_generation(kind) and _spec(new) != _spec(was):
            metadata["generation"] = was["metadata"].get("generation", 0) + 1
        if self._is_to_go(kind, new):
            return self._remove(kind, new, before)
        body = self._store.put(kind, new, before)
        if kind.plural == "customresourcedefinitions":
            self._kinds.define(new)
        return body

    def delete(
        self, kind: Kind, old: tuple[Object, bytes], options: Mapping[str, Any]
    ) -> tuple[bytes, bool]:
        """The last state of the object, and whether it is gone already. Raises Failure."""
        was, before = old
        identity.check_record(kind, was["metadata"], options.get("preconditions") or {})
        new = copy.deepcopy(was)
        grace = strategies.prepare_delete(kind, new, options)
        metadata = new["metadata"]
        is_namespace = kind.resource == "namespaces"
        if not (grace or metadata.get("finalizers") or is_namespace):
            return self._remove(kind, new, before), True
        if "deletionTimestamp" not in metadata:
            metadata["deletionTimestamp"] = in_seconds(grace)
            if not is_namespace:
                metadata["deletionGracePeriodSeconds"] = grace
            if strategies.has_generation(kind):
                metadata["generation"] = metadata.get("generation", 0) + 1
        elif grace < metadata.get("deletionGracePeriodSeconds", 0):
            metadata["deletionGracePeriodSeconds"] = grace
        if new == was:
            return before, False
        return self._store.put(kind, new, before), False

    def _remove(self, kind: Kind, last: Object, before: bytes) -> bytes:
        if kind.plural == "customresourcedefinitions":
            self._kinds.forget(last)
        return self._store.remove(kind, last, before)

    def _is_to_go(self, kind: Kind, obj: Object) -> bool:
        metadata = obj["metadata"]
        if "deletionTimestamp" not in metadata or metadata.get("finalizers"):
            return False
        if kind.resource == "namespaces":
            return not obj["spec"].get("finalizers")
        return not metadata.get("deletionGracePeriodSeconds")

    def _check_namespace(self, kind: Kind, namespace: str, name: str) -> None:
        if not kind.namespaced:
            return
        namespaces = self._kinds.stored("namespaces")
        found = self.get(namespaces, "", namespace)[0]
        if "deletionTimestamp" in found["metadata"]:
            why = f"unable to create new content in namespace {namespace} because it is being"
            raise failure.forbidden(kind, name, f"{why} terminated")

    def _fit(self, kind: Kind, new: Object, *, strict: bool) -> None:
        strategies.encode_texts(kind, new)
        fitting = Fitting(self._kinds.schemas, is_custom=kind.is_custom)
        fitting.fit(kind.schema, new)
        if fitting.unknown and strict:
            unknown = ", ".join(f'unknown field "{path}"' for path in sorted(fitting.unknown))
            raise failure.bad_request(
                f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}:'
                f" strict decoding error: {unknown}"
            )
        if fitting.causes:
            raise failure.invalid(kind, new["metadata"]["name"], fitting.causes)


def _keep_what_is_the_servers(kind: Kind, was: Object, new: Object, subresource: str) -> None:
    status = (new if subresource == "status" else was).get("status")
    if subresource == "status":
        new.clear()
        new |= copy.deepcopy(was)
    if "status" in kind.subresources:
        new.pop("status", None)
        new |= {} if status is None else {"status": status}
    for field in _SERVER_SETS:
        new["metadata"].pop(field, None)
        if field in was["metadata"]:
            new["metadata"][field] = was["metadata"][field]


def _without_version(obj: Object) -> Object:
    return obj | {"metadata": {**obj["metadata"], "resourceVersion": ""}}


def _spec(obj: Object) -> Object:
    return {key: part for key, part in obj.items() if key not in {"metadata", "status"}}
