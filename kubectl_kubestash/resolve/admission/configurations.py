"""How does the API server know of the webhook?

By a MutatingWebhookConfiguration and a ValidatingWebhookConfiguration
(https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/). Rules
name no subresource, so a write of a status never asks; conditions in CEL keep away all that changes
nothing of the spec, all that is being deleted, and the operator itself. So deletion and the work
of the operator never wait for the webhook, whether it is there or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import ObjectKey, Resource
from ..manifest import Object, manifest
from .routes import MUTATE, ROUTES, VALIDATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from .routes import Route

_GROUP = "admissionregistration.k8s.io"
MUTATING = Resource(
    _GROUP, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False
)
VALIDATING = Resource(
    _GROUP, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False
)
CONFIGURATIONS = (MUTATING, VALIDATING)

NAME = "kubestash-operator"
"""Of both configurations."""

_SECONDS = 10
_SPEC_CHANGES = (
    "request.operation != 'UPDATE' || has(object.spec) != has(oldObject.spec) || "
    "(has(object.spec) && object.spec != oldObject.spec)"
)
_STAYS = "!has(object.metadata.deletionTimestamp)"


def webhook_configurations(reached_at: Callable[[str], Object], *, account: str) -> list[Object]:
    """Both configurations.

    `reached_at` gives the `clientConfig` of a path; `account` is the user name of the operator,
    whose writes ask nobody. The certificates that the API server trusts are filled in by the
    operator, so they are left out here.
    """
    return [
        manifest(
            resource,
            ObjectKey("", NAME),
            webhooks=[
                _webhook(route, reached_at(route.path), account)
                for route in ROUTES
                if route.verb == verb
            ],
        )
        for resource, verb in ((MUTATING, MUTATE), (VALIDATING, VALIDATE))
    ]


def _webhook(route: Route, client_config: Object, account: str) -> Object:
    conditions = [
        ("spec-changes", _SPEC_CHANGES),
        ("is-not-being-deleted", _STAYS),
        ("is-not-the-operator", f"request.userInfo.username != {account!r}"),
    ]
    webhook: dict[str, Any] = {
        "name": route.name,
        "admissionReviewVersions": ["v1"],
        "clientConfig": client_config,
        "failurePolicy": route.failure_policy,
        "matchPolicy": "Equivalent",
        "sideEffects": "None",
        "timeoutSeconds": _SECONDS,
        "rules": [
            {
                "apiGroups": [route.resource.group],
                "apiVersions": [route.resource.version],
                "operations": list(route.operations),
                "resources": [route.resource.plural],
                "scope": "Namespaced",
            }
        ],
        "matchConditions": [{"name": name, "expression": text} for name, text in conditions],
    }
    return webhook
