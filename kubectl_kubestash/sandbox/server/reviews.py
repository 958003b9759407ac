"""Questions that are asked by POST and store nothing. Everybody may do everything here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pki import groups
from .strategies import moment_in

if TYPE_CHECKING:
    from .call import Call
    from .pki import Keys
    from .wire import Object

_AUDIENCE = "https://kubernetes.default.svc"
_ALL: dict[str, Any] = {
    "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    "incomplete": False,
}


def answer(call: Call, keys: Keys) -> Object:
    """The review with its status."""
    body = call.object()
    status: dict[str, Any]
    match call.kind.kind:
        case "ServiceAccount":
            seconds = body.get("spec", {}).get("expirationSeconds", 3600)
            user = f"system:serviceaccount:{call.namespace}:{call.name}"
            status = {"token": keys.token(user), "expirationTimestamp": moment_in(seconds)}
            body["metadata"] = {"name": call.name, "namespace": call.namespace}
            spec = {"audiences": [_AUDIENCE], "expirationSeconds": 3600, "boundObjectRef": None}
            body["spec"] = spec | body.get("spec", {})
            return (
                {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
                | body
                | {"status": status}
            )
        case "SelfSubjectReview":
            status = {"userInfo": _user(call.user)}
        case "TokenReview":
            user = keys.user(body.get("spec", {}).get("token", ""))
            refused = {"user": {}, "error": "invalid bearer token"}
            status = {"authenticated": True, "user": _user(user)} if user else refused
        case "SelfSubjectRulesReview":
            status = _ALL
        case _:
            status = {"allowed": True}
    head = {"kind": call.kind.kind, "apiVersion": call.kind.api_version, "metadata": {}}
    return head | body | {"status": status}


def _user(name: str) -> dict[str, Any]:
    return {"username": name, "groups": groups(name)}
