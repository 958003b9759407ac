"""Watches: everything once, in order, across a restart; and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import CONFIG_MAP, ObjectKey
from kubectl_kubestash.kube.informer import Informer
from kubectl_kubestash.sandbox.server import store
from tests.waiting import eventually

from .world import MERGE, Object, World

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def config_map(name: str, **labels: str) -> Object:
    return {"metadata": {"name": name, "labels": labels}}


def seen(world: World, path: str) -> list[str]:
    """Type and name of all events until the server ends the watch."""
    return [
        f"{one['type']} {one['object']['metadata'].get('name', '')}".strip()
        for one in world.events(path)
    ]


def test_a_watch_goes_on_from_a_version(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    _, first, _ = world.ask("POST", path, config_map("a"))
    world.ask("POST", path, config_map("b"))
    world.ask("PATCH", f"{path}/a", {"data": {"x": "y"}}, content_type=MERGE)
    world.ask("DELETE", f"{path}/b")
    version = first["metadata"]["resourceVersion"]
    found = seen(world, f"{path}?watch=1&timeoutSeconds=0&resourceVersion={version}")
    assert found == ["ADDED b", "MODIFIED a", "DELETED b"]


def test_a_watch_without_a_version_begins_with_what_is_there(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    world.ask("POST", path, config_map("a"))
    found = seen(world, f"{path}?watch=true&timeoutSeconds=0")
    assert found == ["ADDED a", "ADDED kube-root-ca.crt"]


def test_a_watch_with_a_selector_sees_objects_come_and_go(world: World, place: str) -> None:
    path = f"{place}/configmaps"
    _, first, _ = world.ask("POST", path, config_map("a"))
    for label in ({"x": "1"}, {"y": "1"}, {"x": None}):
        world.ask("PATCH", f"{path}/a", {"metadata": {"labels": label}}, content_type=MERGE)
    version = first["metadata"]["resourceVersion"]
    query = f"watch=1&timeoutSeconds=0&labelSelector=x&resourceVersion={version}"
    assert seen(world, f"{path}?{query}") == ["ADDED a", "MODIFIED a", "DELETED a"]


def test_a_watch_ends_at_its_time_and_tells_how_far_it_was(
    world: World, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubectl_kubestash.sandbox.server.watches._BOOKMARK_EVERY", 0.1)
    _, found, _ = world.ask("GET", f"{place}/configmaps")
    version = found["metadata"]["resourceVersion"]
    query = f"watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion={version}"
    events = list(world.events(f"{place}/configmaps?{query}"))
    assert {one["type"] for one in events} == {"BOOKMARK"}
    assert int(events[0]["object"]["metadata"]["resourceVersion"]) >= int(version)


def test_a_watch_from_an_unknown_version_is_told_to_list_again(world: World, place: str) -> None:
    query = "watch=1&resourceVersion=99999999"
    (event,) = world.events(f"{place}/configmaps?{query}")
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
    assert world.ask("GET", f"{place}/configmaps?watch=1&resourceVersion=x")[0] == 400


def test_old_changes_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_CHANGES", 10)
    world = World(tmp_path).up()
    try:
        path = "/api/v1/namespaces/default/configmaps"
        for number in range(210):
            world.ask("POST", path, config_map(f"c{number}"))
        (event,) = world.events(f"{path}?watch=1&resourceVersion=5")
        assert (event["type"], event["object"]["reason"]) == ("ERROR", "Expired")
        assert "too old resource version: 5" in event["object"]["message"]
    finally:
        world.down()


def test_our_informer_lives_through_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path).up()
    path = "/api/v1/namespaces/default/configmaps"
    world.ask("POST", path, config_map("before"))
    informer = Informer(world.connect(), CONFIG_MAP, namespace="default", longest_pause=0.5)
    informer.start()
    try:
        eventually(lambda: informer.get(ObjectKey("default", "before")) is not None)
        port = world.server.port
        world.down()
        world.up(port=port)
        world.ask("POST", path, config_map("after"))
        world.ask("DELETE", f"{path}/before")
        eventually(lambda: informer.get(ObjectKey("default", "after")) is not None)
        eventually(lambda: informer.get(ObjectKey("default", "before")) is None)
    finally:
        informer.stop()
        world.down()
    assert not informer.is_alive
