"""How does the server say no? Status objects, worded as Kubernetes words them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .kinds import Kind


class Cause(NamedTuple):
    """What is wrong with one field."""

    reason: str
    """Such as FieldValueRequired."""
    message: str
    field: str


class Failure(Exception):
    """An answer that is no object."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            **({} if details is None else {"details": details}),
            "code": code,
        }


def no_such_path() -> Failure:
    """For a kind or a path that is not served."""
    return Failure(404, "NotFound", "the server could not find the requested resource", details={})


def not_allowed() -> Failure:
    """For a method that means nothing here."""
    message = "the server does not allow this method on the requested resource"
    return Failure(405, "MethodNotAllowed", message, details={})


def not_found(kind: Kind, name: str) -> Failure:
    """For an object that is not there."""
    message = f'{kind.resource} "{name}" not found'
    return Failure(404, "NotFound", message, details=about(kind, name))


def exists(kind: Kind, name: str) -> Failure:
    """For an object that is to be created and is there."""
    message = f'{kind.resource} "{name}" already exists'
    return Failure(409, "AlreadyExists", message, details=about(kind, name))


def conflict(kind: Kind, name: str, why: str) -> Failure:
    """For a precondition that does not hold."""
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return Failure(409, "Conflict", message, details=about(kind, name))


def bad_request(message: str) -> Failure:
    """For what cannot be understood."""
    return Failure(400, "BadRequest", message)


def forbidden(kind: Kind, name: str, why: str) -> Failure:
    """For what a rule of the server does not allow."""
    message = f'{kind.resource} "{name}" is forbidden: {why}'
    return Failure(403, "Forbidden", message, details=about(kind, name))


def invalid(kind: Kind, name: str, causes: Sequence[Cause]) -> Failure:
    """For an object that breaks its schema or a rule of its kind."""
    texts = [f"{one.field}: {one.message}" for one in causes]
    whole = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    title = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    group = {"group": kind.group} if kind.group else {}
    found = [one._asdict() for one in causes]
    details = {**({"name": name} if name else {}), **group, "kind": kind.kind, "causes": found}
    return Failure(422, "Invalid", f'{title} "{name}" is invalid: {whole}', details=details)


def expired(message: str) -> Failure:
    """For a resourceVersion of which nothing is known any more."""
    return Failure(410, "Expired", message)


def about(kind: Kind, name: str) -> dict[str, Any]:
    """Which object a Status speaks of."""
    return {"name": name} | ({"group": kind.group} if kind.group else {}) | {"kind": kind.plural}
