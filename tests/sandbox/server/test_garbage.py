"""What goes because something else has gone: owners, namespaces."""

from __future__ import annotations

from tests.waiting import eventually

from .world import MERGE, Object, World


def made(world: World, path: str, name: str, *owners: Object, **metadata: object) -> Object:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "blockOwnerDeletion": True,
        }
        for owner in owners
    ]
    body = {"metadata": {"name": name, "ownerReferences": references, **metadata}}
    code, found, _ = world.ask("POST", path, body)
    assert code == 201
    return found


def test_what_is_owned_goes_after_its_owner(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    owner = made(world, path, "owner")
    child = made(world, path, "child", owner)
    made(world, f"{place}/secrets", "grandchild", child)
    world.ask("DELETE", f"{path}/owner")
    eventually(lambda: world.ask("GET", f"{place}/secrets/grandchild")[0] == 404)
    assert world.ask("GET", f"{path}/child")[0] == 404


def test_one_owner_is_enough_to_stay(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    owners = [made(world, path, "a"), made(world, path, "b")]
    made(world, path, "child", *owners)
    world.ask("DELETE", f"{path}/a")

    def names() -> list[str]:
        _, child, _ = world.ask("GET", f"{path}/child")
        return [one["name"] for one in child["metadata"]["ownerReferences"]]

    eventually(lambda: names() == ["b"])


def test_an_owner_that_is_not_there_keeps_nothing(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    made(world, path, "child", {"metadata": {"name": "never", "uid": "no-such-uid"}})
    eventually(lambda: world.ask("GET", f"{path}/child")[0] == 404)


def test_a_namespace_goes_when_it_is_empty(world: World, place: str, widgets: str) -> None:
    made(world, f"{place}/configmaps", "kept", finalizers=["example.com/x"])
    head = {"apiVersion": "example.com/v1", "kind": "Widget"}
    assert world.ask("POST", widgets, {**head, "metadata": {"name": "w"}, "spec": {"size": 1}})
    code, going, _ = world.ask("DELETE", place)
    assert (code, going["status"]["phase"]) == (200, "Terminating")
    eventually(lambda: world.ask("GET", f"{widgets}/w")[0] == 404)
    code, status, _ = world.ask("POST", f"{place}/secrets", {"metadata": {"name": "late"}})
    assert (code, status["reason"]) == (403, "Forbidden")
    assert "because it is being terminated" in status["message"]
    assert world.ask("GET", place)[0] == 200
    none = {"metadata": {"finalizers": None}}
    world.ask("PATCH", f"{place}/configmaps/kept", none, content_type=MERGE)
    eventually(lambda: world.ask("GET", place)[0] == 404)
