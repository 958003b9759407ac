from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.kube.store import Store


def an_object(name: str, *labels: str) -> dict[str, Any]:
    return {"metadata": {"namespace": "demo", "name": name, "labels": list(labels)}}


def a_store(*items: dict[str, Any]) -> Store:
    store = Store({"label": lambda item: item["metadata"]["labels"]})
    for item in items:
        store.put(item)
    return store


def test_objects_are_found_by_each_value_of_an_index() -> None:
    a, b = an_object("a", "x", "y"), an_object("b", "y")
    store = a_store(b, a)

    assert store.by_index("label", "y") == [a, b]
    assert store.by_index("label", "x") == [a]
    assert store.by_index("label", "z") == []


def test_a_changed_object_is_found_by_its_new_values_only() -> None:
    old, new = an_object("a", "x"), an_object("a", "y")
    store = a_store(old)

    assert store.put(new) == old

    assert store.by_index("label", "x") == []
    assert store.by_index("label", "y") == [new]


def test_an_object_whose_status_has_changed_is_found_as_before() -> None:
    old = an_object("a", "x")
    new = {**an_object("a", "x"), "status": {"phase": "Ready"}}
    new["metadata"]["resourceVersion"] = "8"
    store = a_store(old)

    assert store.put(new) == old

    assert store.by_index("label", "x") == [new]


def test_a_removed_object_is_found_nowhere() -> None:
    a = an_object("a", "x")
    store = a_store(a)

    assert store.remove(ObjectKey("demo", "a")) == a

    assert store.get(ObjectKey("demo", "a")) is None
    assert store.by_index("label", "x") == []
    assert store.items() == []


def test_an_index_that_nobody_made_is_an_error() -> None:
    with pytest.raises(KeyError):
        a_store().by_index("colour", "x")


def test_objects_that_were_not_wanted_for_long_come_back_as_they_were() -> None:
    values = {"ready": True, "ratio": 1.5, "nothing": None, "list": [1, {"ä": "ö" * 300}]}
    items = [{**an_object(f"o{number:03}", "x"), "status": values} for number in range(200)]
    store = a_store(*items)

    assert [store.get(ObjectKey("demo", f"o{number:03}")) for number in range(200)] == items
    assert store.by_index("label", "x") == items
    assert sorted(store.items(), key=lambda item: item["metadata"]["name"]) == items
