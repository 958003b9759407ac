"""May objects of this namespace use that storage or policy?

Selectors are those of Kubernetes
(https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/), matched against the
labels of the Namespace that asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.usage_policy import UsagePolicy

_NAME_LABEL = "kubernetes.io/metadata.name"


def admits(
    policy: UsagePolicy | None, *, owner_namespace: str, namespace: Mapping[str, Any]
) -> bool:
    """Whether what has this policy, in `owner_namespace`, may be used from `namespace` (raw).

    Without a policy it may be used in its own namespace only, and so it is when a policy says
    something that we do not know.
    """
    metadata = namespace.get("metadata") or {}
    name = str(metadata.get("name", ""))
    allowed = policy.allowed_namespaces if policy else None
    match allowed.from_ if allowed else "Same":
        case "All":
            return True
        case "Selector":
            labels = {_NAME_LABEL: name, **(metadata.get("labels") or {})}
            selector = allowed.selector if allowed else None
            return selector is not None and selects(selector, labels)
    return name == owner_namespace


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether the label selector matches these labels; one that cannot be read matches none."""
    wanted = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or ()
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(str(expression.get("key", "")))
    values = expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return value is not None and value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False
