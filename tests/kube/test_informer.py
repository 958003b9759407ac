"""The informer against a real API server, and with a bad network in between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from kubectl_kubestash.api.resources import CONFIG_MAP, ObjectKey
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.informer import Informer
from tests.kube.conftest import a_config_map, forget_history
from tests.kube.forwarder import Forwarder
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.api_server import ApiServer

pytestmark = pytest.mark.cluster


class Seen:
    """An informer on the ConfigMaps of a namespace, and what it has reported."""

    def __init__(self, client: Client, namespace: str, **options: Any) -> None:
        self.changes: list[tuple[str, str]] = []
        self.informer = Informer(
            client, CONFIG_MAP, namespace=namespace, on_change=self._note, **options
        )
        self.informer.start()
        assert self.informer.synced.wait(60)

    def _note(self, kind: str, item: dict[str, Any]) -> None:
        if item["metadata"]["name"] != "kube-root-ca.crt":
            self.changes.append((kind, item["metadata"]["name"]))

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.informer.stop()

    def waits_for(self, *expected: tuple[str, str]) -> None:
        eventually(lambda: set(expected) <= set(self.changes), what=lambda: str(self.changes))


@pytest.fixture
def network(client: Client) -> Iterator[Forwarder]:
    url = urlsplit(client.login.server)
    with Forwarder((url.hostname or "", url.port or 0)) as between:
        yield between


@pytest.fixture
def far_client(client: Client, network: Forwarder) -> Iterator[Client]:
    server = f"https://{network.host}:{network.port}"
    with Client(client.login._replace(server=server, timeout=5.0)) as made:
        yield made


def test_it_starts_with_what_is_there_and_follows(client: Client, namespace: str) -> None:
    key = ObjectKey(namespace, "a")
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))

    with Seen(client, namespace) as seen:
        assert seen.informer.get(key)
        client.create(CONFIG_MAP, a_config_map(namespace, "b"))
        client.patch(CONFIG_MAP, key, {"data": {"x": "1"}})
        client.delete(CONFIG_MAP, key)

        seen.waits_for(("DELETED", "a"))
        assert seen.changes == [
            ("ADDED", "a"), ("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "a")
        ]  # fmt: skip
        assert seen.informer.get(key) is None
        assert "b" in {item["metadata"]["name"] for item in seen.informer.items()}


def test_ff_4_9_managed_fields_are_not_kept(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))

    with Seen(client, namespace) as seen:
        client.create(CONFIG_MAP, a_config_map(namespace, "b"))
        seen.waits_for(("ADDED", "b"))

        assert not any("managedFields" in item["metadata"] for item in seen.informer.items())


def test_a_transform_drops_what_nobody_needs(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a", big="x" * 1000))

    def slim(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "data": {}}

    with Seen(client, namespace, transform=slim) as seen:
        assert all(item["data"] == {} for item in seen.informer.items())


def test_labels_choose_and_an_object_that_loses_its_label_is_gone(
    client: Client, namespace: str
) -> None:
    body = a_config_map(namespace, "a")
    body["metadata"]["labels"] = {"team": "blue"}
    client.create(CONFIG_MAP, body)
    client.create(CONFIG_MAP, a_config_map(namespace, "b"))

    with Seen(client, namespace, labels="team=blue") as seen:
        client.patch(CONFIG_MAP, ObjectKey(namespace, "a"), {"metadata": {"labels": None}})

        seen.waits_for(("DELETED", "a"))
        assert seen.changes == [("ADDED", "a"), ("DELETED", "a")]


def test_indexes_follow_changes(client: Client, namespace: str) -> None:
    by_owner = {"owner": lambda item: [item.get("data", {}).get("owner", "")]}
    with Seen(client, namespace, indexes=by_owner) as seen:
        client.create(CONFIG_MAP, a_config_map(namespace, "a", owner="ann"))
        client.patch(CONFIG_MAP, ObjectKey(namespace, "a"), {"data": {"owner": "bob"}})

        eventually(lambda: bool(seen.informer.by_index("owner", "bob")))
        assert seen.informer.by_index("owner", "ann") == []


def test_handlers_get_the_old_and_the_new(client: Client, namespace: str) -> None:
    pairs: list[tuple[Any, Any]] = []
    with Seen(client, namespace, on_update=lambda old, new: pairs.append((old, new))) as seen:
        client.create(CONFIG_MAP, a_config_map(namespace, "a", x="1"))
        client.patch(CONFIG_MAP, ObjectKey(namespace, "a"), {"data": {"x": "2"}})
        client.delete(CONFIG_MAP, ObjectKey(namespace, "a"))
        seen.waits_for(("DELETED", "a"))

    data = [
        tuple(item and item["data"] for item in pair)
        for pair in pairs
        if "a" in {item["metadata"]["name"] for item in pair if item}
    ]
    assert data == [(None, {"x": "1"}), ({"x": "1"}, {"x": "2"}), ({"x": "2"}, None)]


def test_a_broken_connection_is_taken_up_where_it_was(
    client: Client, far_client: Client, network: Forwarder, namespace: str
) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))
    with Seen(far_client, namespace, longest_pause=1.0) as seen:
        network.cut()
        client.create(CONFIG_MAP, a_config_map(namespace, "b"))
        client.delete(CONFIG_MAP, ObjectKey(namespace, "a"))
        network.mend()

        seen.waits_for(("ADDED", "b"), ("DELETED", "a"))
        assert seen.changes.count(("ADDED", "a")) == 1


def test_a_deletion_in_a_gap_that_is_forgotten_is_seen_all_the_same(
    api_server: ApiServer, client: Client, far_client: Client, network: Forwarder, namespace: str
) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))
    client.create(CONFIG_MAP, a_config_map(namespace, "kept"))
    with Seen(far_client, namespace, longest_pause=1.0) as seen:
        network.cut()
        client.delete(CONFIG_MAP, ObjectKey(namespace, "a"))
        client.create(CONFIG_MAP, a_config_map(namespace, "b"))
        forget_history(api_server, client)
        network.mend()

        seen.waits_for(("ADDED", "b"), ("DELETED", "a"))
        assert seen.changes.count(("ADDED", "kept")) == 1
        assert seen.informer.get(ObjectKey(namespace, "a")) is None


def test_ff_4_8_a_peer_that_vanished_without_goodbye_is_noticed(
    client: Client, far_client: Client, network: Forwarder, namespace: str
) -> None:
    far_client.watch_silence = 0.5
    with Seen(far_client, namespace, longest_pause=1.0) as seen:
        network.freeze()
        client.create(CONFIG_MAP, a_config_map(namespace, "a"))
        time.sleep(1)
        network.thaw()

        seen.waits_for(("ADDED", "a"))


def test_a_restarted_server_is_followed_without_a_storm(
    api_server: ApiServer, client: Client, namespace: str
) -> None:
    calls: list[tuple[Any, ...]] = []
    with (
        Client(client.login, trace=lambda *call: calls.append(call)) as traced,
        Seen(traced, namespace) as seen,
    ):
        calls.clear()
        api_server.stop_api_server()
        began = time.process_time()
        time.sleep(3)
        spent = time.process_time() - began
        assert seen.informer.last_error
        api_server.start_api_server()
        client.create(CONFIG_MAP, a_config_map(namespace, "a"))

        seen.waits_for(("ADDED", "a"))
        assert spent < 0.5
        assert len(calls) < 15
        assert seen.informer.last_error is None


def test_it_stops_at_once(client: Client, namespace: str) -> None:
    seen = Seen(client, namespace)
    began = time.monotonic()

    seen.informer.stop(timeout=30)

    assert time.monotonic() - began < 10
    assert not seen.informer.is_alive


def test_it_waits_for_a_kind_that_is_not_served_yet(client: Client) -> None:
    nobodys = CONFIG_MAP._replace(plural="nobodys")
    informer = Informer(client, nobodys, on_change=lambda _kind, _item: None)
    informer.start()

    eventually(lambda: informer.last_error is not None)
    assert not informer.synced.is_set()
    assert informer.is_alive
    informer.stop()
