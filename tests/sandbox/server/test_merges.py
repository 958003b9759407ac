"""Two ways to merge, as values; the schemas are those of real kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.sandbox.server.kinds import Kinds
from kubectl_kubestash.sandbox.server.merges import Merge, merged

if TYPE_CHECKING:
    from kubectl_kubestash.sandbox.server.schema import Schema


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds()


def schema(kinds: Kinds) -> Schema:
    return dict(kinds.stored("pods").schema or {})


def patched(kinds: Kinds, spec: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    made = Merge(kinds.schemas).merge(schema(kinds), {"spec": spec}, {"spec": patch})
    return dict(made["spec"])


def test_null_removes_and_lists_are_replaced_in_a_merge_patch() -> None:
    old = {"a": {"b": 1, "c": 2}, "l": [1, 2]}
    assert merged(old, {"a": {"b": None}, "l": [3], "n": {"x": None}}) == {
        "a": {"c": 2},
        "l": [3],
        "n": {},
    }
    assert old == {"a": {"b": 1, "c": 2}, "l": [1, 2]}


def test_a_strategic_patch_finds_items_by_their_key(kinds: Kinds) -> None:
    old = {"containers": [{"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}]}
    patch = {
        "containers": [
            {"name": "a", "image": "2", "env": [{"name": "Y", "value": "2"}]},
            {"name": "b", "image": "3", "tty": None},
        ],
        "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
    }
    made = patched(kinds, old, patch)["containers"]
    assert [one["name"] for one in made] == ["a", "b"]
    assert made[1] == {"name": "b", "image": "3"}
    assert made[0]["image"] == "2"
    assert [one["name"] for one in made[0]["env"]] == ["X", "Y"]


def test_directives_delete_replace_and_retain(kinds: Kinds) -> None:
    old = {
        "containers": [{"name": "a"}, {"name": "b"}],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "nodeSelector": {"x": "1", "y": "2"},
        "tolerations": [{"key": "a"}],
    }
    made = patched(
        kinds,
        old,
        {
            "containers": [{"name": "a", "$patch": "delete"}],
            "volumes": [
                {"$retainKeys": ["name", "secret"], "name": "v", "secret": {"secretName": "s"}}
            ],
            "nodeSelector": {"$patch": "replace", "z": "3"},
            "tolerations": [{"key": "b"}],
        },
    )
    assert made["containers"] == [{"name": "b"}]
    assert made["volumes"] == [{"name": "v", "secret": {"secretName": "s"}}]
    assert made["nodeSelector"] == {"z": "3"}
    assert made["tolerations"] == [{"key": "b"}]


def test_an_apply_keeps_what_others_have_set(kinds: Kinds) -> None:
    old = {
        "metadata": {"labels": {"mine": "1", "theirs": "2"}},
        "spec": {
            "containers": [{"name": "mine", "image": "1"}, {"name": "theirs"}],
            "hostname": "h",
        },
    }
    last = {
        "metadata": {"labels": {"mine": "1"}},
        "spec": {"containers": [{"name": "mine", "image": "1"}], "hostname": "h"},
    }
    new = {"spec": {"containers": [{"name": "other", "ports": [{"containerPort": 1}]}]}}
    made = Merge(kinds.schemas).merge(schema(kinds), old, new, last)
    assert made["metadata"]["labels"] == {"theirs": "2"}
    assert [one["name"] for one in made["spec"]["containers"]] == ["theirs", "other"]
    assert "hostname" not in made["spec"]


def test_an_item_is_found_by_a_default_of_its_key(kinds: Kinds) -> None:
    ports = [{"containerPort": 80, "protocol": "TCP", "name": "web"}]
    old = {"spec": {"containers": [{"name": "c", "ports": ports}]}}
    new = {"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}]}]}}
    made = Merge(kinds.schemas).merge(schema(kinds), old, new)
    assert made["spec"]["containers"][0]["ports"] == ports
