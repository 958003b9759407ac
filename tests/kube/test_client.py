"""The client against a real API server."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_SESSION,
    CONFIG_MAP,
    CUSTOM_RESOURCE_DEFINITION,
    ROLE,
    ROLE_BINDING,
    SECRET,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Unauthorized,
)
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.credentials import Credential, Static
from kubectl_kubestash.resolve.manifest import manifest
from tests.kube.conftest import a_config_map, forget_history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.api_server import ApiServer

pytestmark = pytest.mark.cluster

THING = Resource("example.com", "v1", "Thing", "things", has_status=True)


@pytest.fixture
def things(client: Client) -> Iterator[Resource]:
    """A custom kind with a status."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {
            "openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": anything, "status": anything},
            }
        },
    }
    body = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things"},
            "versions": [version],
        },
    }
    created = client.create(CUSTOM_RESOURCE_DEFINITION, body)
    events = client.watch(
        CUSTOM_RESOURCE_DEFINITION, resource_version=created["metadata"]["resourceVersion"]
    )
    for event in events:
        conditions = event.object.get("status", {}).get("conditions", [])
        if {("Established", "True")} <= {(c["type"], c["status"]) for c in conditions}:
            break
    yield THING
    client.delete(CUSTOM_RESOURCE_DEFINITION, ObjectKey("", "things.example.com"))


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["metadata"]["name"] for item in items]


def test_a_created_object_is_read_back(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a", x="1"))

    assert client.get(CONFIG_MAP, ObjectKey(namespace, "a"))["data"] == {"x": "1"}


def test_what_is_not_there_is_not_found(client: Client, namespace: str) -> None:
    key = ObjectKey(namespace, "a")

    assert client.find(CONFIG_MAP, key) is None
    with pytest.raises(NotFound, match='configmaps "a" not found'):
        client.get(CONFIG_MAP, key)
    with pytest.raises(NotFound):
        client.delete(CONFIG_MAP, key)


def test_a_kind_that_is_not_installed_is_found_nowhere(client: Client, namespace: str) -> None:
    unknown = BACKUP_SESSION._replace(plural="backupsessionsofnobody")
    key = ObjectKey(namespace, "a")

    assert client.find(unknown, key) is None
    with pytest.raises(NotFound, match="does not have the kind") as caught:
        client.list(unknown)
    assert caught.value.hints == ("kubectl kubestash install",)


def test_a_second_object_of_a_name_exists_already(client: Client, namespace: str) -> None:
    body = a_config_map(namespace, "a")
    client.create(CONFIG_MAP, body)

    with pytest.raises(AlreadyExists):
        client.create(CONFIG_MAP, body)


def test_a_dry_run_leaves_nothing(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"), dry_run=True)

    assert client.find(CONFIG_MAP, ObjectKey(namespace, "a")) is None


def test_an_object_that_breaks_a_rule_is_invalid(client: Client, namespace: str) -> None:
    with pytest.raises(Invalid, match=r"metadata\.name"):
        client.create(CONFIG_MAP, a_config_map(namespace, "Not_A_Name"))


def test_a_patch_changes_only_what_it_names(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a", x="1", y="1"))

    patched = client.patch(CONFIG_MAP, ObjectKey(namespace, "a"), {"data": {"x": "2"}})

    assert patched["data"] == {"x": "2", "y": "1"}


def test_a_patch_with_an_old_version_conflicts(client: Client, namespace: str) -> None:
    key = ObjectKey(namespace, "a")
    old = client.create(CONFIG_MAP, a_config_map(namespace, "a"))["metadata"]["resourceVersion"]
    fresh = client.patch(CONFIG_MAP, key, {"data": {"x": "1"}}, resource_version=old)

    with pytest.raises(Conflict):
        client.patch(CONFIG_MAP, key, {"data": {"x": "2"}}, resource_version=old)

    now = fresh["metadata"]["resourceVersion"]
    assert client.patch(CONFIG_MAP, key, {"data": {"x": "2"}}, resource_version=now)


def test_an_apply_keeps_the_fields_of_others(client: Client, namespace: str) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a", theirs="1"))

    client.apply(CONFIG_MAP, a_config_map(namespace, "a", ours="1"))
    applied = client.apply(CONFIG_MAP, a_config_map(namespace, "a", other="1"))

    assert applied["data"] == {"theirs": "1", "other": "1"}


def test_an_apply_without_force_yields_to_another_manager(client: Client, namespace: str) -> None:
    other = Client(client.login, field_manager="somebody-else")
    other.apply(CONFIG_MAP, a_config_map(namespace, "a", x="theirs"))

    with pytest.raises(Conflict, match="somebody-else"):
        client.apply(CONFIG_MAP, a_config_map(namespace, "a", x="ours"), force=False)

    forced = client.apply(CONFIG_MAP, a_config_map(namespace, "a", x="ours"))
    assert forced["data"] == {"x": "ours"}


def test_a_status_is_written_apart_from_the_rest(
    client: Client, namespace: str, things: Resource
) -> None:
    key = ObjectKey(namespace, "a")
    body = {"apiVersion": "example.com/v1", "kind": "Thing"}
    metadata = {"namespace": namespace, "name": "a"}
    client.create(things, {**body, "metadata": metadata, "spec": {"x": 1}})

    both = {"spec": {"x": 2}, "status": {"phase": "Running"}}
    patched = client.patch(things, key, both, subresource="status")

    assert (patched["spec"], patched["status"]) == ({"x": 1}, {"phase": "Running"})


def test_a_deletion_takes_only_the_object_of_that_uid(client: Client, namespace: str) -> None:
    key = ObjectKey(namespace, "a")
    created = client.create(CONFIG_MAP, a_config_map(namespace, "a"))

    with pytest.raises(Conflict):
        client.delete(CONFIG_MAP, key, uid="another")
    client.delete(CONFIG_MAP, key, uid=created["metadata"]["uid"])

    assert client.find(CONFIG_MAP, key) is None


def test_a_list_comes_in_pages_and_each_object_with_its_kind(
    client: Client, namespace: str
) -> None:
    for number in range(5):
        client.create(CONFIG_MAP, a_config_map(namespace, f"m{number}"))

    pages = list(client.pages(CONFIG_MAP, namespace, limit=2))

    assert [len(page.items) for page in pages] == [2, 2, len(pages[2].items)]
    listed = [item for page in pages for item in page.items]
    assert {(item["apiVersion"], item["kind"]) for item in listed} == {("v1", "ConfigMap")}
    assert {f"m{number}" for number in range(5)} <= set(names(listed))


def test_selectors_choose(client: Client, namespace: str) -> None:
    labelled = a_config_map(namespace, "b")
    labelled["metadata"]["labels"] = {"team": "blue"}
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))
    client.create(CONFIG_MAP, labelled)

    assert names(client.list(CONFIG_MAP, namespace, labels="team=blue")) == ["b"]
    assert names(client.list(CONFIG_MAP, namespace, fields="metadata.name=a")) == ["a"]


def test_pages_that_grow_too_old_are_finished_from_a_new_list(
    api_server: ApiServer, client: Client, namespace: str
) -> None:
    codes: list[int] = []
    traced = Client(client.login, trace=lambda *call: codes.append(call[2]))
    for number in range(6):
        client.create(CONFIG_MAP, a_config_map(namespace, f"m{number}"))
    pages = traced.pages(CONFIG_MAP, namespace, limit=2)
    first = next(pages)
    client.create(CONFIG_MAP, a_config_map(namespace, "later"))

    forget_history(api_server, client)
    rest = [item for page in pages for item in page.items]

    assert codes == [200, 410, 200]
    found = sorted(names(first.items) + names(rest))
    assert [name for name in found if name.startswith("m")] == [f"m{n}" for n in range(6)]
    assert len(found) == len(set(found))


def test_a_table_has_the_servers_columns_and_rows_of_all_pages(
    client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubectl_kubestash.kube.listing.PAGE_SIZE", 2)
    for number in range(3):
        client.create(CONFIG_MAP, a_config_map(namespace, f"m{number}"))

    table = client.table(CONFIG_MAP, namespace)
    one = client.table(CONFIG_MAP, namespace, name="m1", include_object="Metadata")

    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert {"m0", "m1", "m2"} <= {row["cells"][0] for row in table["rows"]}
    assert one["rows"][0]["object"]["metadata"]["name"] == "m1"


def test_metadata_is_found_without_the_data(
    api_server: ApiServer, client: Client, namespace: str
) -> None:
    body = {"metadata": {"namespace": namespace, "name": "s"}, "stringData": {"p": "s3cr3t"}}
    client.create(SECRET, body)
    key = ObjectKey(namespace, "s")

    found = client.find_metadata(SECRET, key)

    assert found
    assert found["kind"] == "PartialObjectMetadata"
    assert set(found) == {"apiVersion", "kind", "metadata"}
    assert "s3cr3t" not in json.dumps(found)
    assert client.find_metadata(SECRET, ObjectKey(namespace, "other")) is None


def test_a_watch_tells_what_happened_since(client: Client, namespace: str) -> None:
    start = client.snapshot(CONFIG_MAP, namespace, labels="mine=yes").resource_version
    body = a_config_map(namespace, "a")
    body["metadata"]["labels"] = {"mine": "yes"}
    key = ObjectKey(namespace, "a")
    client.create(CONFIG_MAP, body)
    client.patch(CONFIG_MAP, key, {"data": {"x": "1"}})
    client.delete(CONFIG_MAP, key)

    events = client.watch(
        CONFIG_MAP, namespace, resource_version=start, labels="mine=yes", timeout_seconds=1
    )

    assert [event.type for event in events] == ["ADDED", "MODIFIED", "DELETED"]


def test_a_watch_from_forgotten_times_is_gone(
    api_server: ApiServer, client: Client, namespace: str
) -> None:
    start = client.snapshot(CONFIG_MAP, namespace).resource_version
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))

    forget_history(api_server, client)

    with pytest.raises(Gone):
        list(client.watch(CONFIG_MAP, namespace, resource_version=start, timeout_seconds=2))


def test_a_client_goes_on_after_the_server_was_restarted(
    api_server: ApiServer, client: Client, namespace: str
) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))

    api_server.stop_api_server()
    api_server.start_api_server()

    client.patch(CONFIG_MAP, ObjectKey(namespace, "a"), {"data": {"x": "1"}})
    assert client.get(CONFIG_MAP, ObjectKey(namespace, "a"))["data"] == {"x": "1"}


def test_a_right_that_the_server_hears_of_later_is_waited_for(
    client: Client, namespace: str, api_server: ApiServer
) -> None:
    client.create(CONFIG_MAP, a_config_map(namespace, "a"))
    login = config.load(kubeconfig=str(api_server.kubeconfig), as_user=f"late-{namespace}")

    def let_in() -> None:
        key = ObjectKey(namespace, "late")
        rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
        client.create(ROLE, manifest(ROLE, key, rules=[rule]))
        subject = {"apiGroup": ROLE.group, "kind": "User", "name": f"late-{namespace}"}
        reference = {"apiGroup": ROLE.group, "kind": ROLE.kind, "name": key.name}
        body = manifest(ROLE_BINDING, key, roleRef=reference, subjects=[subject])
        client.create(ROLE_BINDING, body)

    later = threading.Timer(1.0, let_in)
    later.start()
    try:
        with Client(login, awaits_rights=True) as late:
            assert late.get(CONFIG_MAP, ObjectKey(namespace, "a"))["metadata"]["name"] == "a"
    finally:
        later.join()


def test_who_may_not_is_forbidden_and_hears_how_to_ask(
    api_server: ApiServer, namespace: str
) -> None:
    login = config.load(kubeconfig=str(api_server.kubeconfig), as_user="nobody")

    with Client(login) as client, pytest.raises(Forbidden, match='User "nobody"') as caught:
        client.list(CONFIG_MAP, namespace)

    assert caught.value.hints == (f"kubectl auth can-i list configmaps -n {namespace}",)


def test_an_unknown_token_is_unauthorized(client: Client) -> None:
    login = client.login._replace(source=Static(Credential("Bearer nonsense")))

    with Client(login) as other, pytest.raises(Unauthorized):
        other.list(CONFIG_MAP)


def test_a_review_answers_a_question(client: Client, namespace: str) -> None:
    reviews = Resource("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "x", False)
    asked = {"namespace": namespace, "verb": "delete", "resource": "pods"}

    answer = client.review(
        reviews._replace(plural="selfsubjectaccessreviews"),
        {"spec": {"resourceAttributes": asked}},
    )

    assert answer["status"]["allowed"] is True


def test_any_path_can_be_read(client: Client) -> None:
    assert client.read("/version")["major"] == "1"
    assert "paths" in client.read("/openapi/v3")
