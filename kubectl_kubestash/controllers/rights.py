"""Which rights were given to the Jobs of an object, and when are they taken back?

They are made just before the first Job of an object and withdrawn when the last one is gone,
whoever removed it. Both happen in passes over the object that the Jobs belong to, one at a time,
so rights are never taken from a Job that is just being made. What an operator gave in other
namespaces before it was ended is found by labels when the next one starts; in the object's own
namespace the garbage collector takes what belongs to it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ..api.resources import JOB, ROLE, ROLE_BINDING, SERVICE_ACCOUNT, ObjectKey, Resource
from ..errors import AlreadyExists, Conflict, Invalid, NotFound
from ..kube.store import key_of
from ..resolve import labels
from ..resolve.names import unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..kube.client import Client, Object
    from .context import Context
    from .result import Result

Right = tuple[Resource, ObjectKey]

KINDS = {each.kind: each for each in (SERVICE_ACCOUNT, ROLE, ROLE_BINDING)}


class Rights:
    """What was given, by the object whose Jobs have it. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[str, dict[Right, None]] = {}

    def note(self, owner: str, given: Iterable[Right]) -> None:
        """The Jobs of this owner have these rights."""
        with self._lock:
            self._given.setdefault(owner, {}).update(dict.fromkeys(given))

    def drop(self, owner: str, right: Right) -> None:
        """The Jobs of this owner do not have this right after all."""
        with self._lock:
            self._given.get(owner, {}).pop(right, None)

    def of(self, owner: str) -> list[Right]:
        """What the Jobs of this owner have, the last given first."""
        with self._lock:
            return [*reversed(self._given.get(owner, {}))]

    def forget(self, owner: str) -> None:
        """The Jobs of this owner have nothing any more."""
        with self._lock:
            self._given.pop(owner, None)

    def __contains__(self, owner: str) -> bool:
        return owner in self._given


def owner_value(kind: str, key: ObjectKey) -> str:
    """What stands for an object whose Jobs have rights, and for its Jobs in the caches."""
    return f"{kind}/{key.namespace}/{unique(key.name)}"


def grant(context: Context, owner: Object, bodies: Iterable[Object]) -> None:
    """Make these rights for the Jobs of an object.

    Raises Invalid for a namespace that is gone, AlreadyExists where the Jobs of another object have
    rights of this name, as of a restore that is called like a backup, and Conflict while those of
    a namesake that was deleted are on their way out.
    """
    name = owner_value(owner["kind"], key_of(owner))
    for body in bodies:
        right = KINDS[body["kind"]], key_of(body)
        # Noted before: a right whose making was cut short is found again and taken back.
        context.rights.note(name, [right])
        try:
            _ensure(context, _owned(body, owner))
        except AlreadyExists:
            context.rights.drop(name, right)
            raise


def ensure_right(
    context: Context, body: Object, *, ours: Callable[[Object], bool] = lambda _: True
) -> tuple[Object, bool]:
    """As `Writer.ensure`, but one that the garbage collector is about to remove is not taken over.

    It belongs to an object of the same name that was deleted. Raises Conflict until it is gone.
    """
    resource = KINDS[body["kind"]]
    there, created = context.writer.ensure(resource, body, ours=ours)
    owners = {owner.get("uid") for owner in there["metadata"].get("ownerReferences") or ()}
    mine = {owner.get("uid") for owner in body["metadata"].get("ownerReferences") or ()}
    if not created and owners and mine and owners.isdisjoint(mine):
        context.writer.delete(resource, there)
        raise Conflict(f"{body['kind']} {key_of(body)} is still being removed.", code=409)
    return there, created


def withdrawing(
    context: Context, resource: Resource, reconcile: Callable[[ObjectKey], Result]
) -> Callable[[ObjectKey], Result]:
    """The same pass, with a look at the rights of the object's Jobs before."""

    def reconcile_after(key: ObjectKey) -> Result:
        _withdraw(context, resource, key)
        return reconcile(key)

    return reconcile_after


def _withdraw(context: Context, resource: Resource, key: ObjectKey) -> None:
    """Take back what the Jobs of an object had, if none of them is left."""
    owner = owner_value(resource.kind, key)
    if owner not in context.rights or context.store.by_index(JOB, "owner", owner):
        return
    there = context.store.find(resource, key)
    is_staying = there is not None and not there["metadata"].get("deletionTimestamp")
    for right, where in context.rights.of(owner):
        if is_staying or where.namespace != key.namespace:
            context.writer.delete_by_name(right, where)
    context.rights.forget(owner)


def left_behind(client: Client, namespace: str = "") -> Iterator[tuple[str, Right]]:
    """Rights in other namespaces that an earlier operator has given, each with its owner.

    Only names are followed that nobody but us gives: they begin with the Job's own namespace.
    """
    wanted = labels.GRANTED_FROM + (f"={namespace}" if namespace else "")
    for binding in client.list(ROLE_BINDING, labels=f"{labels.OURS},{wanted}"):
        marks, key = binding["metadata"]["labels"], key_of(binding)
        home = marks.get(labels.GRANTED_FROM, "")
        if home == key.namespace or not key.name.startswith(f"{home}."):
            continue
        name = marks.get(labels.INVOKER_NAME, "")
        owner = owner_value(marks.get(labels.INVOKER_KIND, ""), ObjectKey(home, name))
        if (binding.get("roleRef") or {}).get("kind") == ROLE.kind:
            yield owner, (ROLE, key)
        yield owner, (ROLE_BINDING, key)


def _ensure(context: Context, body: Object) -> None:
    try:
        there, created = ensure_right(context, body, ours=lambda it: _is_ours(it, body))
        if not created and there.get("rules") != body.get("rules"):
            context.writer.patch(KINDS[body["kind"]], there, {"rules": body["rules"]})
    except NotFound as error:
        # To wait for the namespace would be to wait in silence.
        message = f"The Job's {body['kind']} {key_of(body)} cannot be made: {error.message}"
        raise Invalid(message, *error.hints, code=error.code) from error


def _owned(body: Object, owner: Object) -> Object:
    """The body with an owner, so that the garbage collector removes it even without us."""
    if body["metadata"].get("namespace") != owner["metadata"].get("namespace"):
        return body
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    return {**body, "metadata": {**body["metadata"], "ownerReferences": [reference]}}


def _is_ours(there: Object, wanted: Object) -> bool:
    """Whether it was made for the Jobs of the same object; an old one may not say for which."""
    marks = there["metadata"].get("labels") or {}
    mine = wanted["metadata"].get("labels") or {}
    return marks.get(labels.MANAGED_BY) == labels.MANAGER and all(
        marks.get(name, mine.get(name)) == mine.get(name)
        for name in (labels.INVOKER_KIND, labels.INVOKER_NAME)
    )
