from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubectl_kubestash.resolve.defaults import default_policy, default_storage

from .builders import namespace, policy, storage

SHOP = namespace("shop", team="a")


def _storage(name: str, home: str, admits: str, **allowed: Any) -> Any:
    usage = {"allowedNamespaces": {"from": admits, **allowed}}
    return storage(name=name, home=home, default=True, usagePolicy=usage)


SAME = _storage("same", "shop", "Same")
SELECTED = _storage("selected", "infra", "Selector", selector={"matchLabels": {"team": "a"}})
FOREIGN = _storage("foreign", "infra", "Selector", selector={"matchLabels": {"team": "b"}})
FOR_ALL = _storage("for-all", "shop", "All")


def _name(*storages: Any) -> str:
    found = default_storage(storages, namespace=SHOP)
    return found.metadata.name if found else ""


def test_the_namespaces_own_comes_first() -> None:
    assert _name(FOR_ALL, SELECTED, SAME) == "same"


def test_a_selected_one_comes_before_one_for_all() -> None:
    assert _name(FOR_ALL, FOREIGN, SELECTED) == "selected"


def test_one_for_all_comes_last() -> None:
    assert _name(FOREIGN, FOR_ALL) == "for-all"


def test_the_oldest_of_equals_counts_in_whichever_order_they_are_seen() -> None:
    """An operator's caches have no order: a restart must not give all another policy."""

    def made(name: str, year: int) -> Any:
        found = _storage(name, "infra", "All")
        when = {"creation_timestamp": datetime(year, 1, 1, tzinfo=UTC)}
        return found.model_copy(update={"metadata": found.metadata.model_copy(update=when)})

    first, second = made("z-first", 2024), made("a-second", 2025)

    assert _name(first, second) == _name(second, first) == "z-first"
    assert _name(_storage("first", "infra", "All"), FOR_ALL) == "first"
    assert _name(FOR_ALL, _storage("first", "infra", "All")) == "first"


def test_what_does_not_admit_the_namespace_is_none() -> None:
    assert _name(FOREIGN, _storage("other", "infra", "Same")) == ""


def test_what_is_not_a_default_is_none() -> None:
    assert default_storage([storage(home="shop")], namespace=SHOP) is None
    assert default_policy([policy(home="shop")], namespace=SHOP) is None


def test_policies_are_chosen_alike() -> None:
    found = default_policy(
        [
            policy(name="all", default=True),
            policy(name="own", home="shop", admits="Same", default=True),
        ],
        namespace=SHOP,
    )
    assert found is not None
    assert found.metadata.name == "own"
