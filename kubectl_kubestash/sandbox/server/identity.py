"""Is it this object, in this version, under a name that it may have?"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from . import failure
from .failure import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .kinds import Kind
    from .wire import Object

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_CHANGED = "the object has been modified; please apply your changes to the latest version and try"
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'"
)


def named(kind: Kind, namespace: str, new: Object) -> dict[str, Any]:
    """The metadata of an object that comes in, with name and namespace in it. Raises Failure."""
    _check_kind(kind, new)
    metadata: dict[str, Any] = new.setdefault("metadata", {})
    if not isinstance(metadata, dict):
        raise failure.bad_request("metadata is not an object")
    _drop_what_is_empty(metadata)
    if metadata.setdefault("namespace", namespace) != namespace:
        raise failure.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if not kind.namespaced:
        del metadata["namespace"]
    if not metadata.get("name") and metadata.get("generateName"):
        ending = "".join(secrets.choice(_LETTERS) for _ in range(5))
        metadata["name"] = f"{metadata['generateName'][:58]}{ending}"
    _check_name(kind, metadata.get("name"))
    return metadata


def _check_kind(kind: Kind, new: Object) -> None:
    """Clients of Kubernetes' own kinds may leave out what they are."""
    if kind.is_custom and not new.get("kind"):
        raise failure.bad_request(f"Object 'Kind' is missing: must be of type {kind.kind}")
    found = new.get("apiVersion") or kind.api_version, new.get("kind") or kind.kind
    if found != (kind.api_version, kind.kind):
        raise failure.bad_request(
            f"{found[1]} of {found[0]} does not match the path, of {kind.kind} {kind.api_version}"
        )
    new["apiVersion"], new["kind"] = found


def _check_name(kind: Kind, name: Any) -> None:
    if not name:
        text = "Required value: name or generateName is required"
        raise failure.invalid(kind, "", [Cause("FieldValueRequired", text, "metadata.name")])
    if not _NAME.fullmatch(str(name)) and "rbac" not in kind.group:
        text = f'Invalid value: "{name}": {_NAME_RULE}'
        raise failure.invalid(kind, name, [Cause("FieldValueInvalid", text, "metadata.name")])


def check_versions(kind: Kind, was: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """What an update says of the object that it was made from. Raises Failure."""
    for field in ("resourceVersion", "uid"):
        if new.get(field) not in (None, "", was[field]):
            raise failure.conflict(kind, was["name"], f"{_CHANGED} again")


def check_record(kind: Kind, was: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """The preconditions of a delete. Raises Failure."""
    for field, title in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
        if wanted.get(field) not in (None, "", was[field]):
            why = f"the {title} in the precondition ({wanted[field]}) does not match the {title}"
            raise failure.conflict(kind, was["name"], f"{why} in record ({was[field]})")


def _drop_what_is_empty(metadata: dict[str, Any]) -> None:
    """An empty list or map of metadata is never kept."""
    for field in ("annotations", "finalizers", "labels", "ownerReferences"):
        if metadata.get(field) in ([], {}):
            del metadata[field]
