"""What does the API server ask?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ...api.resources import OURS, ObjectKey
from ...errors import UsageError

if TYPE_CHECKING:
    from ...api.resources import Resource

API_VERSION, KIND = "admission.k8s.io/v1", "AdmissionReview"
CREATE, UPDATE = "CREATE", "UPDATE"
_BY_KIND = {(each.group, each.version, each.kind): each for each in OURS}
_LONGEST_NAME = 253


class AdmissionRequest(NamedTuple):
    """The `request` of an AdmissionReview."""

    uid: str
    """Goes back with the answer."""

    operation: str
    """CREATE, UPDATE, DELETE or CONNECT."""

    resource: Resource | None
    """The kind, when it is one of ours."""

    key: ObjectKey
    """The name is empty where the API server has still to generate it."""

    object: dict[str, Any]
    """As it is to be; empty when there is none."""

    old_object: dict[str, Any]
    """As it is now; empty when it is new."""

    subresource: str = ""

    @property
    def is_being_deleted(self) -> bool:
        """Whether it is only waited for that the object may go."""
        return bool((self.object.get("metadata") or {}).get("deletionTimestamp"))


def parse(body: bytes) -> AdmissionRequest:
    """The request in the body of a call. Raises UsageError for what is no AdmissionReview."""
    try:
        review = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("the body is not JSON, or nested too deeply") from None
    if not isinstance(review, dict) or review.get("kind") != KIND:
        raise UsageError(f"the body is no {KIND}")
    if review.get("apiVersion") != API_VERSION:
        raise UsageError(f"{KIND} is understood in {API_VERSION} only")
    request = review.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("uid"), str):
        raise UsageError(f"the {KIND} has no request with a uid")
    return _request(request)


def _request(request: dict[str, Any]) -> AdmissionRequest:
    raw, old = _map(request, "object"), _map(request, "oldObject")
    kind = _map(request, "kind")
    words = tuple(_text(kind, field) for field in ("group", "version", "kind"))
    metadata = _map(raw or old, "metadata")
    namespace = _text(metadata, "namespace") or _text(request, "namespace")
    name = _text(metadata, "name") or _text(request, "name")
    return AdmissionRequest(
        uid=request["uid"],
        operation=_text(request, "operation"),
        resource=_BY_KIND.get((words[0], words[1], words[2])),
        key=ObjectKey(namespace, name),
        object=raw,
        old_object=old,
        subresource=_text(request, "subResource"),
    )


def _map(value: dict[str, Any], field: str) -> dict[str, Any]:
    inner = value.get(field)
    return inner if isinstance(inner, dict) else {}


def _text(value: dict[str, Any], field: str) -> str:
    inner = value.get(field)
    return inner[:_LONGEST_NAME] if isinstance(inner, str) else ""
