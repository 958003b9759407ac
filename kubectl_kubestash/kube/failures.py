"""What does the API server's no mean? Status objects to errors.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

from __future__ import annotations

import json
import socket
import ssl
from typing import TYPE_CHECKING, Any

from ..api.resources import ADDONS_GROUP, CORE_GROUP, STORAGE_GROUP
from ..errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Unauthorized,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .request import Request

_OURS = {CORE_GROUP, STORAGE_GROUP, ADDONS_GROUP}
_BY_REASON = {
    "NotFound": NotFound,
    "AlreadyExists": AlreadyExists,
    "Conflict": Conflict,
    "Gone": Gone,
    "Expired": Gone,
    "Invalid": Invalid,
    "Forbidden": Forbidden,
    "Unauthorized": Unauthorized,
}
_BY_CODE = {
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    403: Forbidden,
    401: Unauthorized,
}


def from_answer(request: Request, code: int, body: bytes) -> ClusterError:
    """The error for an answer with a code of 300 or more."""
    status = _status(body)
    if code < 400:
        return ClusterError(
            "The server sends us elsewhere; is it a Kubernetes API server?", code=code
        )
    if status is None:
        if code == 404 and request.resource:
            return _kind_not_served(request)
        first = body.decode(errors="replace").strip().partition("\n")[0][:200]
        return _made(request, {"message": f"The server answered {code}: {first}", "code": code})
    if code == 404 and request.resource and not status.get("details"):
        return _kind_not_served(request)
    return _made(request, {"code": code, **status})


def from_status(request: Request, status: Mapping[str, Any]) -> ClusterError:
    """The error for a Status object in a stream."""
    return _made(request, status)


def _made(request: Request, status: Mapping[str, Any]) -> ClusterError:
    code, reason = int(status.get("code") or 0), str(status.get("reason") or "")
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code, ClusterError)
    if code == 400 and request.body is not None:
        kind = Invalid
    message = str(status.get("message") or f"The server answered {code} {reason}".strip())
    return kind(message, *_hints(kind, request), code=code, reason=reason)


def _status(body: bytes) -> Mapping[str, Any] | None:
    try:
        decoded = json.loads(body)
    except ValueError:
        return None
    is_status = isinstance(decoded, dict) and decoded.get("kind") == "Status"
    return decoded if is_status else None


def _kind_not_served(request: Request) -> NotFound:
    resource = request.resource
    assert resource is not None
    message = f"The server does not have the kind {resource.kind} ({resource.api_version})."
    hints = ["kubectl kubestash install"] if resource.group in _OURS else []
    return NotFound(message, *hints, code=404, reason="NotFound")


def _hints(kind: type[ClusterError], request: Request) -> list[str]:
    if kind is Unauthorized:
        return ["kubectl auth whoami"]
    if kind is not Forbidden or not request.resource:
        return []
    resource, namespace = request.resource, request.key.namespace
    what = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    where = f" -n {namespace}" if namespace else ""
    return [f"kubectl auth can-i {request.verb} {what}{where}"]


def from_network(server: str, error: Exception, *, may_be_done: bool = False) -> Unreachable:
    """The error for no answer; `may_be_done` when the request may have arrived all the same."""
    hints = ["kubectl config view --minify"]
    if may_be_done:
        hints = ["the server may have carried it out; look before you repeat it"]
    return Unreachable(_reason(server, error), *hints)


def _reason(server: str, error: Exception) -> str:
    place = server.partition("://")[2]
    if isinstance(error, ConnectionRefusedError):
        return (
            f"The connection to the server {place} was refused - "
            "did you specify the right host or port?"
        )
    if isinstance(error, socket.gaierror):
        return f"Unable to connect to the server: there is no host of the name in {place}."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Unable to connect to the server {place}: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return f"The server {place} gave no answer in time."
    return f"The connection to the server {place} broke: {error or type(error).__name__}."
