"""Questions that are asked by POST and store nothing. Everybody may do everything here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pki import groups
from .strategies import moment_in

if TYPE_CHECKING:
    from .call import Call
    from .pki import Keys
    from .wire import Object

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
        case "SelfSubjectReview":
            status = {"userInfo": _user(call.user)}
        case "TokenReview":
            user = keys.user(body.get("spec", {}).get("token", ""))
            status = {"authenticated": True, "user": _user(user)} if user else {}
        case "SelfSubjectRulesReview":
            status = _ALL
        case _:
            status = {"allowed": True, "reason": "the sandbox refuses nobody"}
    return {**body, "status": status}


def _user(name: str) -> dict[str, Any]:
    return {"username": name, "groups": groups(name)}
