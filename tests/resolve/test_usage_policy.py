from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.usage_policy import UsagePolicy
from kubectl_kubestash.resolve.usage_policy import admits, selects

from .builders import namespace

SHOP = namespace("shop", team="a", tier="gold")


def _admits(allowed: dict[str, Any] | None, home: str = "infra") -> bool:
    policy = UsagePolicy.model_validate({"allowedNamespaces": allowed}) if allowed else None
    return admits(policy, owner_namespace=home, namespace=SHOP)


@pytest.mark.parametrize(
    ("allowed", "home", "expected"),
    [
        ({"from": "All"}, "infra", True),
        ({"from": "Same"}, "infra", False),
        ({"from": "Same"}, "shop", True),
        ({}, "infra", False),
        ({}, "shop", True),
        (None, "infra", False),
        (None, "shop", True),
        ({"from": "Elsewhere"}, "infra", False),
        ({"from": "Selector"}, "infra", False),
        ({"from": "Selector", "selector": {}}, "infra", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}, "infra", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "b"}}}, "infra", False),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "b"}}}, "shop", False),
    ],
)
def test_a_policy_admits(allowed: dict[str, Any] | None, home: str, expected: bool) -> None:
    assert _admits(allowed, home) is expected


def test_a_namespace_can_be_selected_by_its_name() -> None:
    named = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    assert _admits({"from": "Selector", "selector": named})


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("In", "tier", ["gold", "silver"], True),
        ("In", "tier", ["silver"], False),
        ("In", "none", ["gold"], False),
        ("NotIn", "tier", ["silver"], True),
        ("NotIn", "tier", ["gold"], False),
        ("NotIn", "none", ["gold"], True),
        ("Exists", "tier", [], True),
        ("Exists", "none", [], False),
        ("DoesNotExist", "none", [], True),
        ("DoesNotExist", "tier", [], False),
        ("Near", "tier", ["gold"], False),
    ],
)
def test_an_expression_selects(operator: str, key: str, values: list[str], expected: bool) -> None:
    expression = {"key": key, "operator": operator, "values": values}
    labels = SHOP["metadata"]["labels"]
    assert selects({"matchExpressions": [expression]}, labels) is expected


def test_labels_and_expressions_must_both_hold() -> None:
    expression = {"key": "tier", "operator": "Exists"}
    selector = {"matchLabels": {"team": "b"}, "matchExpressions": [expression]}
    assert not selects(selector, {"team": "a", "tier": "gold"})
    assert selects(selector, {"team": "b", "tier": "gold"})
    assert not selects(selector, {"team": "b"})
